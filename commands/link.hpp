#pragma once

#include "actors/node.hpp"
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

/// Who we are and whom we trust on the link, as its fronts need it. `credentials`: null without
/// TLS; the files of HUB_TLS_* are read again now and then. Files that are in the middle of being
/// replaced, or wrong, leave it as it was.
struct link_security {
  link_security(const config::settings& settings,
                std::shared_ptr<const identity::credentials> credentials,
                std::shared_ptr<metrics::catalogue> numbers, std::shared_ptr<spdlog::logger> log);

  wire::credentials_source credentials;
  wire::revocation_check revoked;
  wire::front_reports reports;
};

/// An agent's way to its hub.
std::shared_ptr<wire::dialer> make_dialer(const link_security& security);

/// What a hub's front needs, but for the gate.
wire::hub_front_parts front_of(const config::settings& settings, const link_security& security,
                               std::shared_ptr<wire::member_registry> members);

/// What an agent or a hub needs to reach the other. `rows`: a hub's database, must outlive the
/// node; null for an agent. `dialer`: an agent's, kept by the caller until its actor system is
/// gone; null for a hub.
link_parts make_link(persistence::inventory* rows, std::shared_ptr<wire::dialer> dialer);

} // namespace volumeviz::commands
