#pragma once

#include "actors/node.hpp"
#include "config/settings.hpp"
#include "persistence/inventory.hpp"

namespace volumeviz::commands {

/// The files of HUB_TLS_*.
link_files link_files_of(const config::settings& settings);

/// What an agent or a hub needs to reach the other. `rows`: a hub's database, must outlive the
/// node; null for an agent.
link_parts make_link(const config::settings& settings, persistence::inventory* rows);

} // namespace volumeviz::commands
