#pragma once

#include "messages/docker_event.hpp"
#include "messages/observation.hpp"
#include "messages/reconcile.hpp"
#include "sync/event_tally.hpp"
#include "sync/set_aside.hpp"
#include "sync/stale_keys.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync {

using std::chrono::milliseconds;

/// Bounds and waits of a plan.
struct work_limits {
  std::size_t batch_max = 32;         ///< keys looked at in one piece of work
  std::size_t list_above = 300;       ///< more waiting keys than this: one list is cheaper
  milliseconds delayed_recheck{1500}; ///< the API may lag an event by this much
  milliseconds retry_min{250};        ///< the first wait after a failure of any sort
  /// A resource whose inspect has failed so many times in a row is set aside: lists stand in for
  /// it.
  unsigned set_aside_after = 3;
  /// The longest before a resource that is set aside is inspected once more.
  milliseconds retry_max{300'000};
  /// So far apart are lists that only stand in for inspects.
  milliseconds stand_in_apart{1'000};
  /// So far apart are lists that are wanted for `lost_rows`: a hub asks for them, and one that was
  /// taken over could have its agents list without a pause.
  milliseconds lost_rows_apart{5'000};
  /// Resources that can't be inspected by their name: lists are the only source. Null: none.
  std::function<bool(const std::string&)> list_only{};
  /// The longest before Docker or the database is tried again: an absent one refuses at once, and
  /// whoever brings it back wants to see the rows right within seconds.
  milliseconds outage_max{5'000};
  /// How soon a partial list is followed by another: whoever brings a plugin back wants to see the
  /// rows right within seconds. A dead one holds up every list for 15 s, and looks at volumes with
  /// it, so not at once.
  milliseconds partial_again{5'000};
  /// How soon a list that had to leave entries out is followed by another, at first and at most:
  /// no event says that such an entry was mended. The wait doubles, since some never are.
  milliseconds left_out_again{5'000};
  milliseconds left_out_again_max{30'000};
  /// More waiting keys than this are forgotten, and the kind is listed: short-lived resources would
  /// add up without end while the database is away.
  std::size_t keys_max = 20'000;
  /// Reasons that are not followed by a list. None, but in tests that show what each is good for.
  std::set<list_reason> ignored_reasons{};
  /// False in such tests only: an inspect that denies what a list has shown is believed.
  bool lists_outweigh = true;
};

/// A piece of work: look at these keys, or list the whole kind.
struct fetch {
  bool list = false;
  std::vector<std::string> keys; ///< empty when `list`
  std::set<list_reason> reasons; ///< why the kind is listed
  std::uint64_t run_id = 0;      ///< the newest reconciliation run that this list answers
  bool confirmed = false;        ///< the list before was doubted and this is the second: believe it
  bool retry = false;            ///< the one key is set aside and may hang: be brief
};

/// What became of the events that a look was for.
struct completion {
  std::vector<event_tally> processed;
  std::vector<event_tally> failed;
};

/// What one kind's handler has to look at, and when: the heart of the node. Events only ever mark
/// their resource as stale; whoever takes the mark looks how the resource is *now*. So a hundred
/// events of one container are one look, and duplicates, replays and reordering are harmless. Every
/// loss is a bigger mark: the kind is listed.
///
/// One piece of work at a time: begin() hands it out, and nothing else until one of the finish
/// functions has told how it ended (they do nothing when nothing is under way). A mark that comes
/// while a look is under way is not covered by it (the answer may be older) and stays.
///
/// Pure: the time is an argument, chance comes from the seed. Holds memory in proportion to the
/// kind's resources.
class work_plan {
public:
  work_plan(const work_limits& limits, std::uint64_t seed);

  /// An event asks for a look at its resource, and for a second one if it lags; a prune, or an
  /// event without an id, for a list.
  void mark_dirty(const docker_event& event, const event_meaning& meaning, time_point now);
  /// A look at a resource without an event, e.g. at a volume that a container names.
  void recheck(const std::string& key, time_point now);
  /// The kind is stale. `run_id` names the reconciliation that wants to hear of it, 0 for none. A
  /// start, a reconnect and a demand don't wait out the pause after a look that Docker did not
  /// answer. Where events were lost, or may have been, a second list follows: they may lag. Rows
  /// that were lost again soon after such a list wait for a while, and nothing is proven before.
  void want_list(list_reason reason, std::uint64_t run_id, time_point now);
  /// Everything that the daemon had announced until `at` has been noted: once it is settled, the
  /// rows are proven.
  void add_barrier(timestamp at);

  /// The next piece of work, or nothing when one is under way or none is due.
  std::optional<fetch> begin(time_point now);
  /// When begin() may have something: the past for "now"; no value for "not before somebody asks".
  std::optional<time_point> next_due() const;

  /// True when the key of the look under way was announced as gone before: if it is there, it is
  /// another one.
  bool recreated(const std::string& key) const;
  /// True when an event has told of this key, or of the whole kind, before or during the look under
  /// way; else a change there was not announced.
  bool covered_by_event(const std::string& key) const;
  /// True when an event or a glance asked for the look at this key, or came meanwhile; false for
  /// what only a list brought up.
  bool requested(const std::string& key) const;
  /// True when a list has shown this key of the look under way, and nothing has asked for a look at
  /// it since. An inspect that denies the key contradicts the list then.
  bool list_outweighs(const std::string& key) const;
  /// True when the resource can't be inspected and lists stand in for it: its times are not known.
  bool is_set_aside(const std::string& key) const { return set_aside_.contains(key); }
  std::vector<std::string> set_aside() const { return set_aside_.keys(); }
  /// True when the resource waits for an inspect, or for its next try.
  bool waits(const std::string& key) const { return marks_.contains(key) || is_set_aside(key); }
  /// Events noted and not settled yet.
  std::uint64_t incomplete_events() const noexcept { return incomplete_; }

  /// The list under way is complete and shows these: it denies all others, also those that wait for
  /// an inspect or are set aside, but for the `uncertain`: any of them may be an entry that could
  /// not be understood, and only an inspect can tell whether they are there. Goes before finish().
  void list_shows(const std::set<std::string>& keys, std::set<std::string> uncertain = {});
  /// The same for a list that denies nothing but `keys`, as one of volumes, which lacks those of a
  /// driver that is away.
  void list_denies(const std::set<std::string>& keys, std::set<std::string> uncertain);
  /// The look is committed. `failed` are keys that could not be looked at; `undetailed` are keys
  /// that the list changed and whose times only an inspect can tell.
  completion finish(const std::vector<failed_key>& failed,
                    const std::vector<std::string>& needs_inspect, time_point now);
  /// A list is committed that is not complete: it tells of `seen` only. Marked keys beside them are
  /// inspected; nothing is proven, and the kind is listed again after a while.
  completion finish_partial(const std::set<std::string>& seen,
                            const std::vector<std::string>& needs_inspect, time_point now);
  /// A list is about to be finished that has left entries out, or has not. Nothing waits for the
  /// list that is to follow: proofs go on.
  void list_left_out(bool some, time_point now);
  /// The list would have removed most of what is known: list again at once, and believe the second.
  void finish_held_back(time_point now);
  /// Docker did not answer: the events have failed, their marks stay, the kind is listed after a
  /// pause.
  completion finish_failed(time_point now);
  /// The database did not take it: everything stays as it is and is looked at again after a pause,
  /// however often.
  void finish_unwritten(time_point now);

  /// The database is back: whatever waits for it is due.
  void store_is_back();

  /// The latest proof (see add_barrier) before which nothing is left to look at; `never` until a
  /// list has gone through. Moves back only with the clock that the proofs go by.
  timestamp verified() const noexcept { return verified_; }
  bool idle() const noexcept { return !in_flight_ && marks_.size() == 0 && !list_; }
  bool busy() const noexcept { return in_flight_.has_value(); }
  /// Resources that wait for a look, the ones under way included; a wanted list counts as one.
  std::size_t pending() const noexcept;

private:
  struct list_mark {
    std::vector<event_tally> events;
    std::set<list_reason> reasons;
    std::uint64_t number = 0;
    std::uint64_t run_id = 0;
    time_point due;
    lag_list lags;
    bool confirmed = false;
    bool covered_by_event = false; ///< by a prune, or by events whose keys were forgotten
  };
  struct work {
    stale_keys::marks marks;
    std::optional<list_mark> list;
    std::optional<std::string> retry; ///< a key that is set aside
    time_point began;
    std::uint64_t number = 0; ///< marks of later numbers came while it was under way
  };
  struct barrier {
    std::uint64_t number;
    timestamp at;
  };

  stale_mark& mark(const std::string& key, time_point now);
  void put_back(list_mark&& x);
  void forget_keys(time_point now);
  fetch take_list(time_point now);
  fetch take_keys(time_point now);
  fetch take_retry(const std::string& key, time_point now);
  bool is_list_only(const std::string& key) const;
  bool list_is_due(time_point now) const { return list_ && list_->due <= now; }
  work end_work();
  void keep_failed(work& done, const std::vector<failed_key>& failed, completion& result,
                   time_point now);
  void keep_one(const failed_key& x, stale_mark&& mark, time_point now);
  void complete_retry(const work& done, const std::vector<failed_key>& failed, time_point now);
  void want_inspects(const std::vector<std::string>& keys, time_point now);
  void complete_keys(work& done, completion& result);
  void complete_list(work& done, completion& result, time_point now);
  completion completed(completion&& result);
  milliseconds pause(unsigned failures, milliseconds max);
  void complete_barriers();

  work_limits limits_;
  std::minstd_rand random_;
  stale_keys marks_;
  set_aside_keys set_aside_;
  std::set<std::string> uncertain_; ///< of the newest complete list
  bool may_be_cured_ = false;       ///< with the next list, all that is set aside is tried
  time_point next_stand_in_{};      ///< no list before only because of what is set aside
  time_point next_lost_rows_{};     ///< no list before only because of rows that were lost
  std::optional<list_mark> list_;
  std::optional<work> in_flight_;
  std::size_t overlap_ = 0;   ///< keys that are both under way and in marks_
  time_point paused_until_{}; ///< nothing before: Docker does not answer
  time_point held_until_{};   ///< nothing before: the database is away
  unsigned fetch_failures_ = 0;
  unsigned write_failures_ = 0;
  unsigned left_out_lists_ = 0; ///< in a row
  std::uint64_t incomplete_ = 0;
  std::uint64_t last_number_ = 0;
  std::deque<barrier> barriers_;
  bool listed_ = false;
  timestamp last_barrier_ = never;
  timestamp verified_ = never;
};

} // namespace volumeviz::sync
