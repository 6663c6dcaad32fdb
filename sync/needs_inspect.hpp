#pragma once

#include "sync/committed_fetch.hpp"
#include "sync/work_plan.hpp"

#include <string>
#include <vector>

namespace volumeviz::sync {

/// The containers that need an inspect after a committed list, since a list does not show when a
/// container was started or ended. Empty for an inspect, and for volumes.
///
/// | the container                                                   | why an inspect             |
/// |-----------------------------------------------------------------|----------------------------|
/// | the store has no start time for it, although it was started     | the row is incomplete      |
/// | the list created or changed its row                             | its times changed, too     |
/// | an event or a recheck requested it, before or during the list   | its times may be new       |
/// | events may be missing, and its status is younger than that gap  | it may have been restarted |
/// | the store's answer did not name all rows, so any may be meant   | it may be any of the above |
///
/// `now` is our wall clock.
std::vector<std::string> needs_inspect(const committed_fetch& x, const work_plan& plan,
                                       timestamp now);

} // namespace volumeviz::sync
