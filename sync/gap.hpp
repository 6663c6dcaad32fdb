#pragma once

#include "messages/resources.hpp"

namespace volumeviz::sync {

/// True when a container that a list shows may have started or ended after `since`. Then its times
/// may differ from the recorded ones, and only an inspect shows them. Both moments are by our own
/// clock: the rows were last verified at `since` (`never`: not at all), and the daemon answered the
/// list at `now`.
bool times_may_differ(const container& listed, timestamp since, timestamp now);

} // namespace volumeviz::sync
