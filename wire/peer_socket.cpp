#include "wire/peer_socket.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::wire {

namespace {

using step = identity::tls_session::step;

// Without TLS: the least cost of a read, in bytes.
constexpr std::size_t least_cost = 512;

} // namespace

peer_socket::peer_socket(tcp::socket socket, std::chrono::milliseconds write_limit)
    : socket_(std::move(socket)), write_limit_(write_limit), stall_(socket_.get_executor()) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay{true}, ignored);
}

asio::awaitable<bool> peer_socket::wait(tcp::socket::wait_type what) {
  const auto [failed] = co_await socket_.async_wait(what, as_values);
  if (failed && why_.empty())
    why_ = failed.message();
  co_return !failed;
}

asio::awaitable<bool> peer_socket::wait_for(step what) {
  if (what == step::ended) {
    why_ = tls_->why();
    co_return false;
  }
  co_return co_await wait(what == step::want_write ? tcp::socket::wait_write
                                                   : tcp::socket::wait_read);
}

asio::awaitable<bool> peer_socket::readable() {
  const bool waited = co_await wait(tcp::socket::wait_read);
  error_code failed;
  // A socket that is readable and has no bytes was closed by the peer.
  const auto left = waited ? socket_.available(failed) : 0;
  co_return left > 0;
}

asio::awaitable<std::string> peer_socket::secure(std::shared_ptr<const identity::credentials> own) {
  tls_ = std::make_unique<identity::tls_session>(std::move(own), socket_.native_handle());
  while (socket_.is_open()) {
    const auto done = tls_->handshake();
    if (done == step::done)
      co_return std::string{};
    const bool goes_on = co_await wait_for(done);
    if (!goes_on)
      break;
  }
  co_return why_.empty() ? std::string{"the connection was closed"} : why_;
}

asio::awaitable<std::size_t> peer_socket::read(std::span<std::byte> into) {
  if (tls_)
    co_return co_await read_tls(into);
  // Suspends even when bytes are there, so that other connections get their turn.
  const auto [failed, count] =
      co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), as_values);
  if (failed && failed != asio::error::eof && why_.empty())
    why_ = failed.message();
  if (failed)
    co_return 0;
  cost_ += std::max(count, least_cost);
  co_return count;
}

/// Reads as many records as are there and fit: the work after each read costs more than a small
/// record.
asio::awaitable<std::size_t> peer_socket::read_tls(std::span<std::byte> into) {
  // OpenSSL keeps the descriptor's number. After a close another connection may get the same
  // number.
  while (socket_.is_open()) {
    if (pending_ != step::done) {
      const bool goes_on = co_await wait_for(std::exchange(pending_, step::done));
      if (!goes_on)
        co_return 0;
      continue; // the socket may be closed now
    }
    std::size_t all = 0;
    while (pending_ == step::done && all < into.size()) {
      std::size_t count = 0;
      pending_ = tls_->read(into.subspan(all), count);
      all += count;
    }
    if (all > 0)
      co_return all;
  }
  co_return 0;
}

std::size_t peer_socket::take_cost() {
  const auto now = tls_ ? tls_->cost() : cost_;
  return now - std::exchange(cost_before_, now);
}

void peer_socket::start_write_timer() {
  stall_.expires_after(write_limit_);
  waiting_write_ = std::make_shared<bool>(true);
  stall_.async_wait([this, weak = std::weak_ptr{waiting_write_}](const error_code& cancelled) {
    if (cancelled || weak.expired())
      return;
    why_ = "the peer does not read what is sent to it";
    close();
  });
}

asio::awaitable<bool> peer_socket::write(std::span<const std::byte> from) {
  bool waited = false;
  while (!from.empty()) {
    if (!socket_.is_open())
      co_return false;
    std::size_t count = 0;
    auto done = step::want_write;
    if (tls_) {
      done = tls_->write(from, count);
    } else {
      error_code failed;
      count = socket_.write_some(asio::buffer(from.data(), from.size()), failed);
      if (failed && failed != asio::error::would_block) {
        why_ = failed.message();
        co_return false;
      }
    }
    from = from.subspan(count);
    if (count > 0)
      continue;
    // One timer for the whole write: a peer that reads some bytes now and then would otherwise make
    // CAF keep the rest.
    if (!std::exchange(waited, true))
      start_write_timer();
    const bool goes_on = co_await wait_for(done);
    if (!goes_on)
      co_return false;
  }
  if (waited)
    stall_.cancel();
  waiting_write_.reset();
  co_return true;
}

void peer_socket::close() {
  error_code ignored;
  waiting_write_.reset();
  stall_.cancel();
  socket_.close(ignored);
}

} // namespace volumeviz::wire
