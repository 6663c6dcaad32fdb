#pragma once

#include "sync/backlog.hpp"
#include "sync/fetch.hpp"
#include "sync/steady_time.hpp"

#include <optional>

namespace volumeviz::sync {

/// Decides what to fetch now, and takes it out of the backlog. The first row that applies counts:
///
/// | waits                                                     | fetch                          |
/// |-----------------------------------------------------------|--------------------------------|
/// | a list that is due                                        | the list, with all dirty keys  |
/// |                                                           | that are due and need no       |
/// |                                                           | inspect, all that can't be     |
/// |                                                           | inspected or were left open    |
/// | more than `list_above` due keys that need no inspect (not | the same                       |
/// |   those of the next row while their time has not come)    |                                |
/// | a due key that can't be inspected, `stand_in_apart` after | the same                       |
/// |   the list before                                         |                                |
/// | a due key that has not failed                             | at most `batch_max` such keys  |
/// | a due key that has failed                                 | that key alone                 |
/// | a key that is set aside, and its turn has come            | that key alone, briefly        |
/// | none of these                                             | nothing                        |
std::optional<fetch_in_flight> take_next(backlog& waiting, time_point now);

} // namespace volumeviz::sync
