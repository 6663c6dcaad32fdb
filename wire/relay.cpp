#include "wire/relay.hpp"

#include <array>
#include <sys/socket.h>
#include <utility>

namespace volumeviz::wire {

namespace {

// One change has some hundred bytes.
constexpr std::size_t read_size = 4096;
constexpr std::size_t long_read_size = 64 * 1024;

} // namespace

relay::relay(std::unique_ptr<peer_socket> peer, parts with)
    : peer_(std::move(peer)), parts_(std::move(with)), received_(*parts_.filter),
      sent_(*parts_.filter), inside_(peer_->socket().get_executor()),
      pause_(peer_->socket().get_executor()) {
}

bool relay::open() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return false;
  inside_.assign(asio::local::stream_protocol{}, ends[0]);
  parts_.hand_over(local_socket{ends[1]});
  asio::co_spawn(
      inside_.get_executor(), [self = shared_from_this()] { return self->send(); }, asio::detached);
  return true;
}

asio::awaitable<std::optional<complaint>> relay::run() {
  const auto self = shared_from_this();
  std::vector<std::byte> chunk(read_size);
  std::vector<std::byte> through;
  std::vector<frame_header> seen;
  for (;;) {
    const auto count = co_await peer_->read(chunk);
    if (count == 0)
      co_return std::nullopt;
    through.clear();
    seen.clear();
    const auto allowed = received_.take(bytes{chunk}.first(count), through, seen);
    const bool forwarded = co_await forward(through);
    if (!allowed)
      co_return allowed.error();
    if (!forwarded)
      co_return std::nullopt;
    // Large buffers only while the peer sends long payloads.
    if (const auto next = count == chunk.size() ? long_read_size : read_size; next != chunk.size())
      chunk = std::vector<std::byte>(next);
    if (through.capacity() > long_read_size)
      through = {};
    co_await slow_down(seen);
  }
}

asio::awaitable<bool> relay::forward(const std::vector<std::byte>& frames) {
  if (frames.empty())
    co_return true;
  // The relay may have been closed since these were read. They must not open a new connection to
  // CAF.
  if (closed_)
    co_return false;
  received_any_ = true;
  if (!inside_.is_open() && !open())
    co_return false;
  const auto [failed, count] = co_await asio::async_write(inside_, asio::buffer(frames), as_values);
  co_return !failed;
}

asio::awaitable<void> relay::slow_down(const std::vector<frame_header>& seen) {
  if (!parts_.pace)
    co_return;
  for (auto left = parts_.pace(peer_->take_cost(), seen);
       left > steady::duration::zero() && peer_->socket().is_open(); left = parts_.pace(0, {})) {
    pause_.expires_after(left);
    co_await pause_.async_wait(as_values);
  }
}

/// Passes frames from CAF to the peer until one of them ends the connection.
asio::awaitable<void> relay::send() {
  std::vector<std::byte> chunk(read_size);
  std::vector<std::byte> through;
  for (;;) {
    const auto [failed, count] = co_await inside_.async_read_some(asio::buffer(chunk), as_values);
    if (failed)
      break;
    through.clear();
    const auto taken = sent_.take(bytes{chunk}.first(count), through);
    if (!unsent_since_)
      unsent_since_ = steady::now();
    const bool written = co_await peer_->write(through);
    if (!taken.sound || !written)
      break;
    error_code closed;
    if (inside_.available(closed) == 0)
      unsent_since_.reset();
    if (taken.answered)
      pause_.cancel();
    if (const auto next = count == chunk.size() ? long_read_size : read_size; next != chunk.size())
      chunk = std::vector<std::byte>(next);
  }
  // This ends run(), whose caller records the reason before it closes CAF's end.
  peer_->close();
  pause_.cancel();
}

void relay::close() {
  error_code ignored;
  closed_ = true;
  peer_->close();
  inside_.close(ignored);
  pause_.cancel();
}

} // namespace volumeviz::wire
