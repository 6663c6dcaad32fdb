#include "wire/dialer.hpp"

#include "wire/agent_filter.hpp"
#include "wire/event_loop.hpp"
#include "wire/relay.hpp"

#include <boost/asio/connect.hpp>
#include <fmt/format.h>

#include <utility>

namespace volumeviz::wire {

namespace {

using namespace std::chrono_literals;

// A first packet that was lost is sent again after a second.
constexpr auto dial_limit = 2500ms;

std::string why_unreachable(const error_code& failed) {
  if (failed == asio::error::connection_refused)
    return "the connection was refused: does the hub run, and is this its HUB_LISTEN?";
  return failed.message();
}

/// One attempt, and the connection that comes of it.
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
        co_await resolver_.async_resolve(host_, std::to_string(port), quietly);
    if (unknown)
      co_return failed("the name can't be resolved: " + unknown.message());
    step_ = "connecting timed out: does a firewall drop the packets, or is the machine down?";
    const auto [refused, where] = co_await asio::async_connect(peer_->socket(), found, quietly);
    if (refused)
      co_return failed(why_unreachable(refused));
    peer_ = std::make_unique<peer_socket>(std::move(peer_->socket()));
    if (!parts_.credentials)
      co_return true;
    step_ = "the TLS handshake was not answered in time: does the hub speak TLS, or does it hang?";
    const auto why = co_await peer_->secure(parts_.credentials());
    if (!why.empty())
      co_return failed("the TLS handshake failed: " + why);
    co_return is_the_hub();
  }

  bool is_the_hub() {
    if (auto why = peer_->tls()->mismatch(host_); !why.empty())
      return failed("the peer is not this hub: " + why);
    if (parts_.revoked && parts_.revoked(peer_->tls()->peer().fingerprint))
      return failed("the hub's certificate is on the list of revoked ones");
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
      failed("no more descriptors for sockets");
      co_return;
    }
    const auto wrong = co_await connection->run();
    if (wrong) {
      end->set("the hub sent what a hub never sends: " + wrong->what);
      if (parts_.reports.violated)
        parts_.reports.violated(wrong->why, host_, wrong->what);
    } else if (!connection->peer().why().empty()) {
      end->set("the connection ended: " + connection->peer().why());
    } else if (!connection->heard()) {
      end->set("the hub closed the connection before it said anything: it does not accept our "
               "certificate (HUB_TLS_CA, or expired), or only one side has TLS, or it is full");
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
