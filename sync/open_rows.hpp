#pragma once

#include "messages/error.hpp"
#include "sync/backlog.hpp"
#include "sync/event_account.hpp"
#include "sync/fetch.hpp"
#include "sync/steady_time.hpp"

namespace volumeviz::sync {

/// Keeps the marks of the keys that the complete list in flight leaves open
/// (fetch_in_flight::open), so that no barrier passes before it is proven whether the resources
/// exist:
///
/// | the key that is left open                  | its mark                                        |
/// |--------------------------------------------|-------------------------------------------------|
/// | can be inspected                           | waits for an inspect, now                       |
/// | can't be inspected, and an entry was left  | waits for the next list and, if it is set       |
/// |   out of the list                          | aside, for its next inspect, which is due soon  |
/// | can't be inspected, and the list did not   | the same: the next list asks for the drivers    |
/// |   ask for the drivers                      |                                                 |
/// | can't be inspected, otherwise: a volume of | completes: the row gets the status `unverified` |
/// |   a driver that is away                    |                                                 |
///
/// A mark keeps its number. A key without a mark gets one with the number of the list, since only
/// the list accounts for what happened before it. A list that only follows left-out entries
/// accounts for nothing and makes no marks.
void keep_open(backlog& waiting, fetch_in_flight& list, completion& result, time_point now);

/// True when an inspect that failed so has nevertheless proven that its resource exists: the daemon
/// has answered with a resource that can't be read.
bool proves_existence(const failure& why);

} // namespace volumeviz::sync
