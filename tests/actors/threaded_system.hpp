#pragma once

#include "actors/platform/shared_workers.hpp"
#include "messages/type_ids.hpp"

#include <caf/all.hpp>

namespace volumeviz::testing {

/// For tests whose point is that threads really run at the same time.
struct threaded_config : caf::actor_system_config {
  threaded_config() {
    add_message_types<caf::id_block::volumeviz>();
    use_shared_workers(*this, 4);
    set("logger.verbosity", caf::atom("quiet"));
  }
};

} // namespace volumeviz::testing
