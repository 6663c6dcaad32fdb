#pragma once

#include "messages/docker_event.hpp"
#include "messages/observation.hpp"
#include "messages/reconcile.hpp"
#include "sync/backlog.hpp"
#include "sync/barrier_queue.hpp"
#include "sync/event_account.hpp"
#include "sync/fetch.hpp"
#include "sync/key_queries.hpp"
#include "sync/outage_pause.hpp"
#include "sync/steady_time.hpp"
#include "sync/work_limits.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// A plan in numbers.
struct plan_status {
  /// Events that are neither processed nor failed yet.
  std::uint64_t incomplete_events = 0;
  /// The low watermark: the rows show every change before this time. `never` until a list is
  /// complete. Falls only when our clock was set back.
  timestamp verified = never;
  /// A fetch is in flight.
  bool busy = false;
  /// Nothing waits and nothing is in flight.
  bool idle = true;
};

/// Decides what the handler of one kind fetches, and when. An event marks its resource dirty; the
/// fetch that takes the mark asks how the resource is *now*. So a hundred events of one container
/// need one fetch, and duplicates, replays and reordering do no harm. Every loss is a bigger mark:
/// the kind is listed.
///
/// One fetch at a time: begin() returns a fetch, and then nothing until one of the finish functions
/// has reported how it ended. (These do nothing when no fetch is in flight.) A mark that comes
/// while a fetch is in flight stays: the answer may be older.
///
/// Pure: the time is an argument, and chance comes from the seed. The parts, each with rules of its
/// own: backlog (what waits), next_fetch.hpp (what comes next), failed_inspects.hpp and
/// completed_fetch.hpp (how a fetch ends), outage_pause, barrier_queue, event_account, key_queries.
class work_plan {
public:
  work_plan(const work_limits& limits, std::uint64_t seed);

  /// An event marks its resource dirty. A prune, or an event without an id, wants a list.
  void mark_dirty(const docker_event& event, const event_meaning& meaning, time_point now);
  /// Fetches a resource without an event, for example a volume that a container names.
  void recheck(const std::string& key, time_point now);
  /// The kind is stale. `run_id` is the reconciliation run to notify when done; 0 for none. A
  /// start, a reconnect and a demand end the pause after a fetch that Docker did not answer.
  void want_list(list_reason reason, std::uint64_t run_id, time_point now);
  /// Barrier: every event that the daemon emitted before `at` is already marked.
  void add_barrier(timestamp at);
  /// The database is back: what waits for it is due.
  void store_is_back();

  /// The next fetch, or nothing while one is in flight or none is due.
  std::optional<fetch> begin(time_point now);
  /// When begin() may return a fetch, a moment in the past for "now". No value while nothing waits
  /// or a fetch is in flight.
  std::optional<time_point> next_due() const;

  /// The list in flight is complete: see record_shown() and record_gone(). To be called before
  /// finish().
  void list_shows(const std::set<std::string>& keys, std::set<std::string> uncertain = {});
  void list_denies(const std::set<std::string>& keys, std::set<std::string> uncertain);
  /// The list in flight is complete and leaves rows open: see keep_open(). To be called before
  /// finish().
  void list_leaves_open(open_rows open);
  /// The list in flight has left entries out, or has not. To be called before finish() or
  /// finish_partial().
  void list_left_out(bool some, time_point now);
  /// The fetch is committed. `failed` are keys whose inspects failed; `needs_inspect` are keys of
  /// which the list does not show everything.
  completion finish(const std::vector<failed_key>& failed,
                    const std::vector<std::string>& needs_inspect, time_point now);
  /// A partial list is committed. It shows `seen` and says nothing of others. Barriers wait for
  /// the complete list that follows.
  completion finish_partial(const std::set<std::string>& seen,
                            const std::vector<std::string>& needs_inspect, time_point now);
  /// The store has held back the list, which would have removed most rows. The next list comes at
  /// once and confirms it.
  void finish_held_back(time_point now);
  /// Docker did not answer: the events have failed, the marks stay, and the kind is listed after a
  /// pause.
  completion finish_failed(time_point now);
  /// The store did not take it: everything is fetched again after a pause, however often.
  void finish_unwritten(time_point now);

  key_queries keys() const { return {waiting_, in_flight_}; }
  plan_status status() const;

private:
  void raise_watermark();

  backlog waiting_;
  std::optional<fetch_in_flight> in_flight_;
  outage_pause pause_;
  event_account events_;
  barrier_queue barriers_;
};

} // namespace volumeviz::sync
