#pragma once

#include "sync/backlog.hpp"
#include "sync/event_account.hpp"
#include "sync/fetch.hpp"
#include "sync/steady_time.hpp"

#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// The list in flight is complete and shows `keys`: all others are gone, and it completes their
/// marks too, whether they wait for an inspect or are set aside. The `uncertain` keys are an
/// exception: one of them may be an entry that could not be parsed, so only an inspect can say
/// whether it is there.
void record_shown(backlog& waiting, fetch_in_flight& list, const std::set<std::string>& keys,
                  std::set<std::string> uncertain);
/// The same for a complete list that says of `keys` only that they are gone. A list of volumes is
/// like that: it lacks the volumes of a driver that is away.
void record_gone(backlog& waiting, fetch_in_flight& list, const std::set<std::string>& keys,
                 std::set<std::string> uncertain);

/// The list in flight is partial: it completes the marks of `seen` only. Puts the others back for
/// an inspect, or for the next list where only a list shows them.
void keep_unseen(backlog& waiting, fetch_in_flight& list, const std::set<std::string>& seen,
                 time_point now);

/// The marks of this fetch are complete and their events processed. A mark with a lag that ends
/// after the fetch began is put back for a delayed recheck. It keeps the number of its event, so
/// that barriers wait for the recheck.
void complete_keys(backlog& waiting, fetch_in_flight& done, completion& result);
/// These resources are inspected next, since the list does not show everything of them. The inspect
/// shows what the events of their marks, which the list has completed, told of.
void keep_told(backlog& waiting, const fetch_in_flight& done,
               const std::vector<std::string>& needs_inspect);
/// Completes the list itself, as complete_keys() completes marks.
void complete_list(backlog& waiting, wanted_list& done, time_point began, completion& result);
/// Puts a partial list back for a complete one after a while. It keeps its number, so that barriers
/// wait for the complete one.
void keep_partial_list(backlog& waiting, wanted_list&& done, time_point now);

} // namespace volumeviz::sync
