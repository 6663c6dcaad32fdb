#include "actors/fleet/remoting.hpp"

#include "actors/fleet/overrides.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/openssl/all.hpp>

#include <chrono>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// Who has not been heard of for three heartbeats is gone: then CAF closes the connection, and only
// then does dialing again open a new one. Messages are heartbeats of their own.
constexpr auto heartbeat = 2s;
constexpr auto silence_max = 6s;

} // namespace

void use_remoting(caf::actor_system_config& config, const link_files& files) {
  take_overrides_along();
  config.set("middleman.heartbeat-interval", caf::timespan{heartbeat});
  config.set("middleman.connection-timeout", caf::timespan{silence_max});
  config.set("middleman.workers", std::size_t{0}); // messages of a connection stay in their order
  config.load<caf::io::middleman>();
  if (!files.tls())
    return;
  // Any of these switches on that both sides have to show a certificate.
  config.openssl_certificate = files.certificate;
  config.openssl_key = files.key;
  config.openssl_cafile = files.ca;
  config.load<caf::openssl::manager>();
}

connector_actor connector_of(caf::actor_system& system, const link_files& files) {
  return files.tls() ? connector_actor{system.openssl_manager().actor_handle()}
                     : connector_actor{system.middleman().actor_handle()};
}

result<std::uint16_t> publish(const hub_gate_actor& gate, const config::host_port& where,
                              const link_files& files) {
  auto& system = gate.home_system();
  auto port = files.tls() ? caf::openssl::publish(gate, where.port, where.host.c_str(), true)
                          : system.middleman().publish(gate, where.port, where.host.c_str(), true);
  if (!port)
    return fail(ec::bad_request, "listening for agents on " + config::to_string(where)
                                     + " failed: " + system.render(port.error())
                                     + "; is the port in use, or HUB_LISTEN not an address of "
                                       "this machine?");
  return *port;
}

} // namespace volumeviz
