#pragma once

#include "sync/event_tally.hpp"
#include "sync/lag_list.hpp"
#include "sync/steady_time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::sync {

/// Which fetch can complete a dirty key. Of two, the higher one counts.
enum class completed_by : std::uint8_t {
  any,     ///< a list or an inspect
  inspect, ///< only an inspect: a list does not show what is missing
  list,    ///< only a list: the resource can't be inspected
};

/// The dirty flag of one resource: why it has to be fetched. All numbers are in the order of the
/// plan.
struct stale_mark {
  std::vector<event_tally> events;
  /// When the mark was set.
  std::uint64_t number = 0;
  /// When the mark was set or confirmed most recently.
  std::uint64_t touched = 0;
  /// When an event or a recheck, not a list, requested a fetch most recently.
  std::uint64_t requested = 0;
  /// The number of the most recent list that has shown the resource.
  std::uint64_t shown_by_list = 0;
  /// The latest time of the events of this resource, by the daemon's clock. The mark keeps it until
  /// a fetch that took the mark is committed. Never: no event has set or confirmed the mark.
  timestamp told_at = never;
  time_point due;
  /// Failed inspects in a row.
  unsigned failures = 0;
  lag_list lags;
  /// An event said that the resource was removed.
  bool gone = false;
  /// An event of this resource set or confirmed the mark.
  bool covered_by_event = false;
  completed_by by = completed_by::any;
};

/// The dirty keys that wait for a fetch, in the order in which they are due.
class stale_keys {
public:
  using marks = std::map<std::string, stale_mark>;

  /// Returns the mark of the key, due at `due` or before. If there is none, a new one with this
  /// number. A key that keeps failing is not due earlier because of this. The caller must not
  /// change `number`, `due` and `by`.
  stale_mark& mark(const std::string& key, std::uint64_t number, time_point due);
  /// Marks the key so that only an inspect completes it, unless only a list can.
  void want_inspect(const std::string& key, std::uint64_t number, time_point due);
  /// Adds a mark that was taken before to what has come meanwhile.
  void put(const std::string& key, stale_mark&& x);
  /// An event has told of this key. Does nothing for a key that is not dirty.
  void tell(const std::string& key, timestamp at);
  /// From now on only a list completes the key.
  void leave_to_lists(const std::string& key);

  /// Takes at most `most` keys that are due and may be inspected, the first due first. A key that
  /// has failed before comes after all others and alone: its inspect may hang, and must not hold up
  /// the others.
  marks take_due(time_point now, std::size_t most);
  /// Takes the keys that a list completes: those that are due, and all that only a list completes.
  /// The due time of the latter says when a list has to come for them. A list that comes earlier
  /// takes them along; otherwise frequent lists could postpone them for ever.
  marks take_for_list(time_point now);
  /// Takes this key, due or not, unless `for_list` and only an inspect completes it.
  void take_key(const std::string& key, bool for_list, marks& taken);
  /// Takes the keys that wait for an inspect, were last touched before `number`, and of which the
  /// list of this number says that they are gone.
  marks take_gone(std::uint64_t number, const std::function<bool(const std::string&)>& is_gone);
  /// The list of this number has shown these keys.
  void set_shown(const std::set<std::string>& keys, std::uint64_t number);
  marks take_all();

  const stale_mark* find(const std::string& key) const;
  bool contains(const std::string& key) const { return marks_.contains(key); }
  /// When the first key is due.
  std::optional<time_point> soonest() const;
  /// True when a key is due that only a list completes.
  bool due_for_list_only(time_point now) const;
  /// Makes the keys that are due and that only a list completes due at `until`.
  void postpone_list_only(time_point now, time_point until);
  /// True when more than `limit` keys are due that a list completes.
  bool more_due_for_list(std::size_t limit, time_point now) const;
  std::size_t size() const noexcept { return marks_.size(); }
  const marks& all() const noexcept { return marks_; }

private:
  using order = std::set<std::pair<time_point, std::string>>;

  void reschedule(const std::string& key, stale_mark& x, time_point due);
  void restrict_to(completed_by by, stale_mark& x);
  order::iterator take(order::iterator i, marks& taken);

  marks marks_;
  /// The keys of marks_, the first due first.
  order due_;
  /// How many of marks_ there are of each `completed_by`.
  std::array<std::size_t, 3> counts_{};
};

} // namespace volumeviz::sync
