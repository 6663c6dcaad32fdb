#pragma once

#include "actors/node.hpp"
#include "config/settings.hpp"
#include "identity/credentials.hpp"
#include "persistence/inventory.hpp"

#include <memory>

namespace volumeviz::commands {

/// The files of HUB_TLS_*.
link_files link_files_of(const config::settings& settings);

/// What an agent or a hub needs to reach the other. `credentials`: null without TLS; read again now
/// and then. `rows`: a hub's database, must outlive the node; null for an agent.
link_parts make_link(const config::settings& settings,
                     std::shared_ptr<const identity::credentials> credentials,
                     persistence::inventory* rows, std::shared_ptr<metrics::catalogue> numbers);

} // namespace volumeviz::commands
