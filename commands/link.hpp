#pragma once

#include "actors/node/node.hpp"
#include "config/settings.hpp"
#include "identity/credentials.hpp"
#include "persistence/inventory.hpp"
#include "wire/dialer.hpp"
#include "wire/hub_front.hpp"

#include <spdlog/logger.h>

#include <memory>

namespace volumeviz::commands {

/// Whether agents and the hub use mutual TLS.
bool uses_tls(const config::settings& settings);

/// Our credentials and the revoked certificates, for the fronts of the link. `credentials` is null
/// without TLS. The files of HUB_TLS_* are read again every 30 s; while they are being replaced or
/// are wrong, the previous credentials stay.
struct link_security {
  link_security(const config::settings& settings,
                std::shared_ptr<const identity::credentials> credentials,
                std::shared_ptr<metrics::catalogue> numbers,
                const std::shared_ptr<spdlog::logger>& log);

  wire::credentials_source credentials;
  wire::revocation_check revoked;
  wire::front_reports reports;
};

/// Connects an agent to its hub.
std::shared_ptr<wire::dialer> make_dialer(const link_security& security);

/// The parts of a hub's front, without the gate.
wire::hub_front_parts front_of(const config::settings& settings, const link_security& security,
                               std::shared_ptr<wire::member_registry> members);

/// The parts of an agent's or a hub's link. `rows` is the hub's database, which must outlive the
/// node; null for an agent. `dialer` is the agent's, which must outlive the actor system; null for
/// a hub.
link_parts make_link(persistence::inventory* rows, std::shared_ptr<wire::dialer> dialer);

} // namespace volumeviz::commands
