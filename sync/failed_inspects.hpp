#pragma once

#include "messages/observation.hpp"
#include "sync/backlog.hpp"
#include "sync/event_account.hpp"
#include "sync/fetch.hpp"
#include "sync/steady_time.hpp"

#include <vector>

namespace volumeviz::sync {

/// Decides what becomes of keys whose inspects failed, and takes their marks out of `done`:
///
/// | the inspect                                   | its events  | next                           |
/// |-----------------------------------------------|-------------|--------------------------------|
/// | was left out, since others took too long      | stay marked | inspect now                    |
/// | was the only one without an answer, the first | stay marked | inspect after a wait           |
/// | time: a container that starts holds it up     |             |                                |
/// | failed otherwise                              | failed      | list now, inspect after a wait |
/// | failed again, with no event since             | -           | inspect after a longer wait    |
/// | failed `set_aside_after` times in a row       | failed      | set aside: lists replace its   |
/// |                                               |             | inspects                       |
///
/// Several inspects without an answer mean that the daemon hangs, not a resource.
void keep_failed(backlog& waiting, fetch_in_flight& done, const std::vector<failed_key>& failed,
                 completion& result, time_point now);

/// The same for the fetch of a key that is set aside: it stays so after a failure, else it is a
/// resource like any other again. Its mark, if any, waits on for a list, unless the failure proves
/// that the resource exists. Of such a resource more can't be known.
void complete_retry(backlog& waiting, fetch_in_flight& done, const std::vector<failed_key>& failed,
                    time_point now);

} // namespace volumeviz::sync
