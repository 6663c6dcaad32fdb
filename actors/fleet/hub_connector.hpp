#pragma once

#include "actors/actors.hpp"
#include "wire/dialer.hpp"

#include <caf/io/middleman_actor.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz {

/// HUB CONNECTOR: lets the dialer connect, and CAF do its handshake over that connection. All hub
/// links of an actor system share one connection.
class hub_connector {
public:
  using interface = hub_connector_actor;

  /// The dialer must outlive the actor system: its thread may hold the last reference to this
  /// actor.
  hub_connector(interface::pointer self, std::shared_ptr<wire::dialer> dialer);
  interface::behavior_type make_behavior();

private:
  using answer = caf::result<caf::node_id, caf::strong_actor_ptr, std::set<std::string>>;
  using promise =
      caf::typed_response_promise<caf::node_id, caf::strong_actor_ptr, std::set<std::string>>;

  /// An open connection.
  struct connection {
    caf::node_id node;
    caf::strong_actor_ptr gate;
    std::set<std::string> messages;
  };
  /// Where the dialer's thread puts its outcomes, by attempt.
  struct inbox {
    std::mutex mutex;
    std::map<std::uint64_t, wire::dialer::outcome> outcomes;
  };

  answer connect(const std::string& host, std::uint16_t port);
  void dialed(std::uint64_t attempt);
  void connected(connection&& x);
  void failed(const std::string& why);

  interface::pointer self_;
  std::shared_ptr<wire::dialer> dialer_;
  std::shared_ptr<inbox> inbox_ = std::make_shared<inbox>();
  std::uint64_t attempt_ = 0;
  std::vector<promise> waiting_;
  std::optional<connection> connection_;
};

/// Starts a hub connector. It is hidden, so it does not keep the actor system alive: it ends when
/// no actor refers to it.
connector_actor start_connector(caf::actor_system& system, std::shared_ptr<wire::dialer> dialer);

} // namespace volumeviz
