#include "actors/fleet/remoting.hpp"

#include "actors/fleet/overrides.hpp"
#include "config/address.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>

#include <chrono>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// Who has not been heard of for three heartbeats is gone: then CAF closes the connection, and only
// then does dialing again open a new one. Messages are heartbeats of their own.
constexpr auto heartbeat = 2s;
constexpr auto silence_max = 6s;

// CAF names what it publishes by a port. Nothing listens there.
constexpr std::uint16_t published_as = 1;

} // namespace

void use_remoting(caf::actor_system_config& config) {
  take_overrides_along();
  config.set("middleman.heartbeat-interval", caf::timespan{heartbeat});
  config.set("middleman.connection-timeout", caf::timespan{silence_max});
  config.set("middleman.workers", std::size_t{0}); // messages of a connection stay in their order
  config.load<caf::io::middleman>();
}

result<std::unique_ptr<wire::hub_front>> open_front(const hub_gate_actor& gate,
                                                    wire::hub_front_parts parts) {
  auto& system = gate.home_system();
  parts.node = to_string(system.node());
  parts.gate = gate.id();
  // CAF's broker takes connections that are open already, as its own tests need them.
  parts.accepted = [&system, published = caf::actor_cast<caf::strong_actor_ptr>(gate),
                    broker = system.middleman().named_broker<caf::io::basp_broker>(
                        caf::atom("BASP"))](wire::local_socket socket) {
    auto connection = system.middleman().backend().new_scribe(socket.release());
    caf::anon_send(broker, caf::publish_atom_v, std::move(connection), published_as, published,
                   system.message_types<hub_gate_actor>());
  };
  const auto where = config::to_string({parts.host, parts.port});
  auto front = wire::hub_front::open(std::move(parts));
  if (!front)
    return fail(ec::bad_request, "listening for agents on " + where
                                     + " failed: " + front.error().text
                                     + "; is the port in use, or HUB_LISTEN not an address of "
                                       "this machine?");
  return front;
}

} // namespace volumeviz
