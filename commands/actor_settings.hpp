#pragma once

#include "actors/fleet/remoting.hpp"
#include "actors/platform/shared_workers.hpp"
#include "config/settings.hpp"

#include <caf/all.hpp>

#include <cstddef>

namespace volumeviz::commands {

/// Four actors may block at once, in calls to Docker or to the database, and one worker is left for
/// all others.
inline constexpr std::size_t workers = 5;

/// CAF with shared_workers. Its own work-stealing workers poll, which costs a percent of a core
/// while idle (measured).
struct actor_settings : caf::actor_system_config {
  explicit actor_settings(const config::settings& x) {
    use_shared_workers(*this, workers);
    set("logger.verbosity", caf::atom("quiet"));
    add_message_types<caf::id_block::volumeviz>();
    if (x.role != config::node_role::standalone)
      use_remoting(*this);
  }
};

} // namespace volumeviz::commands
