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

/// Who opens the connection to the hub: answers with the hub's gate, at once while the connection
/// stands. Never waits.
using connector_actor =
    caf::typed_actor<caf::replies_to<caf::connect_atom, std::string, std::uint16_t>::with<
        caf::node_id, caf::strong_actor_ptr, std::set<std::string>>>;

using hub_connector_actor = connector_actor::extend<
    // INTERNAL: the dialer has come to an end with the attempt of this number.
    caf::reacts_to<atom::dial, std::uint64_t>>;

/// HUB CONNECTOR: has the dialer connect, and CAF shake hands over the result. All links of an
/// actor system share one connection.
class hub_connector {
public:
  using interface = hub_connector_actor;

  /// The dialer must end after the actor system: its thread may hold the last reference to us.
  hub_connector(interface::pointer self, std::shared_ptr<wire::dialer> dialer);
  interface::behavior_type make_behavior();

private:
  using answer = caf::result<caf::node_id, caf::strong_actor_ptr, std::set<std::string>>;
  using promise =
      caf::typed_response_promise<caf::node_id, caf::strong_actor_ptr, std::set<std::string>>;

  /// A connection that stands.
  struct connection {
    caf::node_id node;
    caf::strong_actor_ptr gate;
    std::set<std::string> messages;
  };
  /// Where the dialer's thread leaves what it has.
  struct landing {
    std::mutex mutex;
    std::map<std::uint64_t, wire::dialer::outcome> outcomes;
  };

  answer connect(const std::string& host, std::uint16_t port);
  void dialed(std::uint64_t attempt);
  void connected(connection&& x);
  void failed(const std::string& why);

  interface::pointer self_;
  std::shared_ptr<wire::dialer> dialer_;
  std::shared_ptr<landing> landing_ = std::make_shared<landing>();
  std::uint64_t attempt_ = 0;
  std::vector<promise> waiting_;
  std::optional<connection> connection_;
};

/// Starts a hub connector; hidden, since it ends with whoever uses it.
connector_actor start_connector(caf::actor_system& system, std::shared_ptr<wire::dialer> dialer);

} // namespace volumeviz
