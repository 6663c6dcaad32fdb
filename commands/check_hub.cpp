#include "commands/check_hub.hpp"

#include "actors/fleet/hub_connector.hpp"
#include "actors/fleet/overrides.hpp"
#include "actors/fleet/remoting.hpp"
#include "actors/platform/error_text.hpp"
#include "commands/link.hpp"
#include "commands/link_credentials.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>

#include <optional>
#include <set>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;

constexpr auto step_limit = caf::timespan{5s};

struct link_settings : caf::actor_system_config {
  link_settings() {
    set("logger.verbosity", caf::atom("quiet"));
    add_message_types<caf::id_block::volumeviz>();
    use_remoting(*this);
  }
};

std::shared_ptr<spdlog::logger> silent_log() {
  return std::make_shared<spdlog::logger>("check", std::make_shared<spdlog::sinks::null_sink_mt>());
}

result<hub_gate_actor> dial(caf::actor_system& system, const text::host_port& hub,
                            const connector_actor& connector) {
  const auto attempted = "connecting to the hub at " + to_string(hub) + ": ";
  result<hub_gate_actor> gate = fail(ec::store_unreachable, attempted + "no answer within 5 s");
  caf::scoped_actor self{system};
  self->request(connector, step_limit, caf::connect_atom_v, hub.host, hub.port)
      .receive(
          [&](const caf::node_id&, const caf::strong_actor_ptr& x,
              const std::set<std::string>& messages) {
            if (x && system.assignable(messages, system.message_types<hub_gate_actor>()))
              gate = caf::actor_cast<hub_gate_actor>(x);
            else
              gate = fail(ec::store_unreachable,
                          attempted + "the peer at that address is not a volumeviz-events hub");
          },
          [&](const caf::error& why) {
            gate = fail(ec::store_unreachable, attempted + text_of(system, why));
          });
  return gate;
}

} // namespace

result<std::string> try_hub(const config::settings& settings) {
  if (const auto overridden = check_overrides(settings.role); !overridden)
    return tl::unexpected{overridden.error()};
  const auto own = link_credentials(settings);
  if (!own)
    return fail(ec::bad_request, own.error().front());
  const auto numbers = std::make_shared<metrics::catalogue>(settings.role);
  const auto dialer = make_dialer(link_security{settings, *own, numbers, silent_log()});
  link_settings options;
  caf::actor_system system{options};
  auto gate = dial(system, *settings.hub_address, start_connector(system, dialer));
  if (!gate)
    return tl::unexpected{gate.error()};
  result<std::string> answer =
      fail(ec::store_unreachable, "the hub accepts connections but does not answer");
  caf::scoped_actor self{system};
  self->request(*gate, step_limit, atom::hello_v, link_protocol, settings.node_name,
                std::string{VOLUMEVIZ_VERSION})
      .receive(
          [&](std::uint32_t, const std::string& version, const std::string& refused) {
            if (refused.empty())
              answer = fmt::format("version {} answers at {}{}", version,
                                   to_string(*settings.hub_address),
                                   uses_tls(settings) ? " (mutual TLS)" : " (without TLS)");
            else
              answer = fail(ec::bad_request, "the hub refuses this agent: " + refused);
          },
          [](const caf::error&) {});
  return answer;
}

} // namespace volumeviz::commands
