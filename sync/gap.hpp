#pragma once

#include "messages/resources.hpp"

namespace volumeviz::sync {

/// Whether a container that a list has shown may have started or ended since then, so that only an
/// inspect can tell its times. Both moments are by our own clock: `since` is when the rows were
/// last proven (`never`: not at all), `now` is when the list was answered.
bool times_may_differ(const container& listed, timestamp since, timestamp now);

} // namespace volumeviz::sync
