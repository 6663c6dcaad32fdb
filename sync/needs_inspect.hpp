#pragma once

#include "sync/committed_fetch.hpp"
#include "sync/work_plan.hpp"

#include <set>
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
/// | one of these applied to a list before, which had left it out    | the same                   |
/// | the store's answer did not name all rows, so any may be meant   | it may be any of the above |
///
/// `left_out` is what left_out_in_doubt() returned for the list before; `now` is our wall clock.
std::vector<std::string> needs_inspect(const committed_fetch& x, const work_plan& plan,
                                       const std::set<std::string>& left_out, timestamp now);

/// The containers that this list or one before it has left out although they may have been
/// restarted, and that no list has shown since. `before` is the result for the list before.
///
/// The list that shows such a container again follows no lost events, and the event of its restart
/// may have been taken by the list that left it out: nothing else would request an inspect then.
std::set<std::string> left_out_in_doubt(const committed_fetch& x, const work_plan& plan,
                                        const std::set<std::string>& before);

} // namespace volumeviz::sync
