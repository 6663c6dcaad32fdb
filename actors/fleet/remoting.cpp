#include "actors/fleet/remoting.hpp"

#include "actors/fleet/overrides.hpp"
#include "runtime/invariant.hpp"
#include "text/host_port.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>

#include <chrono>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// A peer that has sent nothing for three heartbeats is gone. CAF then closes the connection, and
// only then does connecting again open a new one. Any message counts as a heartbeat.
constexpr auto heartbeat = 2s;
constexpr auto silence_max = 6s;

// CAF names a published actor by a port. No socket listens on it.
constexpr std::uint16_t published_as = 1;

} // namespace

void use_remoting(caf::actor_system_config& config) {
  invariant(check_overrides(node_role::hub).has_value(), "libcaf uses our function for node ids");
  config.set("middleman.heartbeat-interval", caf::timespan{heartbeat});
  config.set("middleman.connection-timeout", caf::timespan{silence_max});
  config.set("middleman.workers", std::size_t{0}); // keeps a connection's messages in order
  config.load<caf::io::middleman>();
}

result<std::unique_ptr<wire::hub_front>> open_front(const hub_gate_actor& gate,
                                                    wire::hub_front_parts parts) {
  auto& system = gate.home_system();
  parts.node = to_string(system.node());
  parts.gate = gate.id();
  // CAF's broker accepts sockets that are already connected; CAF's own tests use this.
  parts.accepted = [&system, published = caf::actor_cast<caf::strong_actor_ptr>(gate),
                    broker = system.middleman().named_broker<caf::io::basp_broker>(
                        caf::atom("BASP"))](wire::local_socket socket) {
    auto connection = system.middleman().backend().new_scribe(socket.release());
    caf::anon_send(broker, caf::publish_atom_v, std::move(connection), published_as, published,
                   system.message_types<hub_gate_actor>());
  };
  const auto where = text::to_string({parts.host, parts.port});
  auto front = wire::hub_front::open(std::move(parts));
  if (!front)
    return fail(ec::bad_request, "listening for agents on " + where
                                     + " failed: " + front.error().text
                                     + "; is the port in use, or is HUB_LISTEN not an address of "
                                       "this machine?");
  return front;
}

} // namespace volumeviz
