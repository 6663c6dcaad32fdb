#include "wire/dialer.hpp"

#include "wire/agent_filter.hpp"
#include "wire/event_loop.hpp"
#include "wire/relay.hpp"

#include <boost/asio/connect.hpp>

#include <utility>

namespace volumeviz::wire {

namespace {

using namespace std::chrono_literals;

// More than a second, after which TCP sends a lost first packet again.
constexpr auto dial_limit = 2500ms;

std::string why_unreachable(const error_code& failed) {
  if (failed == asio::error::connection_refused)
    return "the connection was refused: is the hub running, and is this its HUB_LISTEN?";
  return failed.message();
}

/// One attempt to connect, and the connection if it succeeds.
class attempt : public std::enable_shared_from_this<attempt> {
public:
  attempt(asio::io_context& context, const dialer_parts& parts, std::string host,
          std::function<void(dialer::outcome)> done)
      : parts_(parts), host_(std::move(host)), done_(std::move(done)), resolver_(context),
        peer_(std::make_unique<peer_socket>(tcp::socket{context})), deadline_(context) {}

  asio::awaitable<void> run(std::uint16_t port) {
    const auto self = shared_from_this();
    deadline_.expires_after(dial_limit);
    deadline_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
      if (const auto late = weak.lock(); late && !cancelled)
        late->give_up();
    });
    const bool is_hub = co_await reach(port);
    if (!is_hub || !done_)
      co_return;
    deadline_.cancel();
    co_await carry();
  }

private:
  asio::awaitable<bool> reach(std::uint16_t port) {
    const auto [unknown, found] =
        co_await resolver_.async_resolve(host_, std::to_string(port), as_values);
    if (unknown)
      co_return failed("the name can't be resolved: " + unknown.message());
    step_ = "connecting timed out: does a firewall drop the packets, or is the machine down?";
    const auto [refused, where] = co_await asio::async_connect(peer_->socket(), found, as_values);
    if (refused)
      co_return failed(why_unreachable(refused));
    peer_ = std::make_unique<peer_socket>(std::move(peer_->socket()));
    if (!parts_.credentials)
      co_return true;
    step_ = "the TLS handshake timed out: does the hub use TLS, or does it hang?";
    const auto why = co_await peer_->secure(parts_.credentials());
    if (!why.empty())
      co_return failed("the TLS handshake failed: " + why);
    co_return is_the_hub();
  }

  bool is_the_hub() {
    if (auto why = peer_->tls()->mismatch(host_); !why.empty())
      return failed("the peer is not the hub in HUB_ADDRESS: " + why);
    if (parts_.revoked && parts_.revoked(peer_->tls()->peer().fingerprint))
      return failed("the hub's certificate is on the list of revoked certificates");
    return true;
  }

  asio::awaitable<void> carry() {
    const auto end = std::make_shared<connection_end>();
    const auto connection = std::make_shared<relay>(
        std::move(peer_), relay::parts{.filter = std::make_unique<agent_filter>(),
                                       .hand_over =
                                           [this, end](local_socket socket) {
                                             finish({std::move(socket), {}, end});
                                           },
                                       .pace = nullptr});
    if (!connection->open()) {
      failed("no file descriptors are left for sockets (raise LimitNOFILE)");
      co_return;
    }
    const auto wrong = co_await connection->run();
    if (wrong) {
      end->set("the hub sent something that a hub never sends: " + wrong->what);
      if (parts_.reports.violated)
        parts_.reports.violated(wrong->why, host_, wrong->what);
    } else if (!connection->peer().why().empty()) {
      end->set("the connection ended: " + connection->peer().why());
    } else if (!connection->has_received()) {
      end->set(
          "the hub closed the connection before it sent anything: it does not accept our "
          "certificate (other HUB_TLS_CA, or expired), or only one side uses TLS, or it is full");
    }
    connection->close();
  }

  void give_up() {
    failed(step_);
    resolver_.cancel();
    if (peer_)
      peer_->close();
  }
  bool failed(std::string why) {
    finish({{}, std::move(why), nullptr});
    return false;
  }
  void finish(dialer::outcome what) {
    if (const auto done = std::exchange(done_, nullptr))
      done(std::move(what));
  }

  const dialer_parts& parts_;
  const std::string host_;
  std::function<void(dialer::outcome)> done_;
  std::string step_ = "the name service did not answer in time";
  tcp::resolver resolver_;
  std::unique_ptr<peer_socket> peer_;
  asio::steady_timer deadline_;
};

} // namespace

class dialer::implementation {
public:
  explicit implementation(dialer_parts parts) : parts_(std::move(parts)) {}

  void dial(const std::string& host, std::uint16_t port, std::function<void(outcome)> done) {
    const auto next = std::make_shared<attempt>(loop_.context(), parts_, host, std::move(done));
    asio::co_spawn(
        loop_.context(), [next, port] { return next->run(port); }, asio::detached);
  }

private:
  dialer_parts parts_;
  event_loop loop_;
};

dialer::dialer(dialer_parts parts)
    : implementation_(std::make_unique<implementation>(std::move(parts))) {
}

dialer::~dialer() = default;

void dialer::dial(const std::string& host, std::uint16_t port, std::function<void(outcome)> done) {
  implementation_->dial(host, port, std::move(done));
}

} // namespace volumeviz::wire
