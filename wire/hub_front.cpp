#include "wire/hub_front.hpp"

#include "wire/event_loop.hpp"
#include "wire/hub_connection.hpp"

#include <map>
#include <utility>

namespace volumeviz::wire {

namespace {

using namespace std::chrono_literals;

// When descriptors have run out, an acceptor that retries at once would spin.
constexpr auto accept_pause = 100ms;
constexpr auto revocation_interval = 2s;

/// The peer's address. IPv6 sockets show IPv4 peers as IPv4-mapped addresses; these become IPv4.
std::string address_of(const tcp::socket& socket) {
  error_code failed;
  const auto peer = socket.remote_endpoint(failed);
  if (failed)
    return {};
  const auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

} // namespace

class hub_front::listener {
public:
  explicit listener(hub_front_parts parts)
      : parts_(std::move(parts)), unproven_(parts_.limits), acceptor_(loop_.context()),
        revocations_(loop_.context()) {}
  // Coroutines refer to members, so the thread must end first.
  ~listener() {
    loop_.stop();
    connections_.clear();
  }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Empty, or why it failed.
  std::string listen() {
    error_code failed;
    tcp::resolver resolver{loop_.context()};
    const auto found =
        resolver.resolve(parts_.host, std::to_string(parts_.port), tcp::resolver::passive, failed);
    if (failed || found.empty())
      return failed.message();
    const auto where = found.begin()->endpoint();
    acceptor_.open(where.protocol(), failed);
    if (!failed)
      acceptor_.set_option(tcp::acceptor::reuse_address{true}, failed);
    if (!failed)
      acceptor_.bind(where, failed);
    if (!failed)
      acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
      return failed.message();
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(
        loop_.context(), [this] { return accept(); },
        [](const std::exception_ptr& failure) {
          // Out of memory, or a violated invariant. A hub that no longer accepts connections is
          // worse than one that ends, which the service manager starts again.
          if (failure)
            std::rethrow_exception(failure);
        });
    if (parts_.revoked)
      asio::co_spawn(
          loop_.context(), [this] { return watch_revocations(); }, asio::detached);
    return {};
  }
  std::uint16_t port() const noexcept { return port_; }

private:
  asio::awaitable<void> accept() {
    for (;;) {
      tcp::socket socket{loop_.context()};
      const auto [failed] = co_await acceptor_.async_accept(socket, as_values);
      if (failed == asio::error::operation_aborted)
        co_return;
      if (!failed) {
        take(std::move(socket));
        continue;
      }
      asio::steady_timer pause{loop_.context(), accept_pause};
      co_await pause.async_wait(as_values);
    }
  }

  void take(tcp::socket socket) {
    const auto address = address_of(socket);
    const auto number = ++last_;
    const auto counted = unproven_.add(address, number);
    if (counted.refused) {
      parts_.reports.refused(*counted.refused, address,
                             "too many connections have not completed their handshake");
      return;
    }
    if (counted.evicted)
      if (const auto known = connections_.find(*counted.evicted); known != connections_.end())
        known->second->evict();
    const auto connection = std::make_shared<hub_connection>(
        number, std::move(socket), address,
        hub_connection::shared_parts{.parts = parts_,
                                     .unproven = unproven_,
                                     .rates = rates_,
                                     .supersede = [this](std::uint64_t old) { end(old); }});
    connections_[number] = connection;
    asio::co_spawn(
        loop_.context(), [connection] { return connection->serve(); },
        [this, number](const std::exception_ptr&) { connections_.erase(number); });
  }

  void end(std::uint64_t number) {
    if (const auto known = connections_.find(number); known != connections_.end())
      known->second->close();
  }

  asio::awaitable<void> watch_revocations() {
    for (;;) {
      revocations_.expires_after(revocation_interval);
      co_await revocations_.async_wait(as_values);
      for (const auto& [number, connection] : connections_)
        connection->end_if_revoked();
    }
  }

  hub_front_parts parts_;
  unproven_connections unproven_;
  rates_of_members rates_;
  std::map<std::uint64_t, std::shared_ptr<hub_connection>> connections_;
  std::uint64_t last_ = 0;
  std::uint16_t port_ = 0;
  event_loop loop_;
  tcp::acceptor acceptor_;
  asio::steady_timer revocations_;
};

hub_front::hub_front(std::unique_ptr<listener> x) : listener_(std::move(x)) {
}

hub_front::~hub_front() = default;

std::uint16_t hub_front::port() const noexcept {
  return listener_->port();
}

result<std::unique_ptr<hub_front>> hub_front::open(hub_front_parts parts) {
  auto listener = std::make_unique<hub_front::listener>(std::move(parts));
  if (const auto why = listener->listen(); !why.empty())
    return fail(ec::bad_request, why);
  return std::unique_ptr<hub_front>{new hub_front{std::move(listener)}};
}

} // namespace volumeviz::wire
