#pragma once

#include "messages/observation.hpp"
#include "sync/kept_rows.hpp"
#include "sync/work_plan.hpp"

namespace volumeviz::sync {

/// Turns a "no such container" into a failed inspect where a list has shown the container and no
/// event has named it since. After a crash, some daemons list a container that their inspect
/// denies. If the container was removed between the two answers, the next list lacks it.
void distrust_denials(observation& what, const work_plan& plan);

/// Adds to a batch what the plan knows, before it goes to the store: which volumes were recreated,
/// which containers have unknown times, which spared rows can't be verified, of which keys events
/// had told when the daemon was asked, and whether the list confirms the one before.
void prepare_write(observation& what, const fetch& asked, const work_plan& plan,
                   const kept_rows& kept);

} // namespace volumeviz::sync
