#include "commands/start_log.hpp"

#include "commands/link.hpp"
#include "persistence/store.hpp"

namespace volumeviz::commands {

void log_start(const config::settings& settings, spdlog::logger& log) {
  if (settings.role == config::node_role::agent)
    log.info("volumeviz-events {} as agent {}, hub {}", VOLUMEVIZ_VERSION, settings.node_name,
             to_string(*settings.hub_address));
  else
    log.info("volumeviz-events {} as {} {}, database {}", VOLUMEVIZ_VERSION,
             settings.role == config::node_role::hub ? "hub" : "node", settings.node_name,
             persistence::display_url(settings.database_url));
  for (const auto& notice : settings.notices)
    log.warn("{}", notice);
  if (settings.role != config::node_role::standalone && !uses_tls(settings))
    log.warn("agents and hub use no TLS: every client that reaches the hub's port can read and "
             "write the rows of any host (set HUB_TLS_CERT, HUB_TLS_KEY and HUB_TLS_CA)");
}

} // namespace volumeviz::commands
