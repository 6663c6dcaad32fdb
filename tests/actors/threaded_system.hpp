#pragma once

#include "messages/type_ids.hpp"

#include <caf/all.hpp>

namespace volumeviz::testing {

/// For tests whose point is that threads really run at the same time.
struct threaded_config : caf::actor_system_config {
  threaded_config() {
    add_message_types<caf::id_block::volumeviz>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 4);
    set("logger.verbosity", caf::atom("quiet"));
  }
};

} // namespace volumeviz::testing
