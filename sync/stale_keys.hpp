#pragma once

#include "sync/event_tally.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::sync {

using time_point = std::chrono::steady_clock::time_point;

/// An answer of the API that was asked for before `until` may be older than what an event has told.
struct lag {
  std::uint64_t number; ///< of the oldest such event, in the order of the plan
  time_point until;
};

/// The lags of one resource. Two are kept apart, so that a resource with an event every second is
/// settled again and again, if late; more are merged, so that it costs no memory.
class lag_list {
public:
  /// Numbers come in ascending order.
  void add(const lag& x);
  void merge(const lag_list& other);
  /// An answer that was asked for at `began` is as new as the lags that end by then.
  void complete(time_point began);

  bool empty() const noexcept { return lags_.empty(); }
  std::uint64_t number() const { return lags_.front().number; }
  time_point until() const;

private:
  void shorten();

  std::vector<lag> lags_; ///< by number
};

/// Why one resource has to be looked at.
struct stale_mark {
  std::vector<event_tally> events;
  std::uint64_t number = 0;        ///< when it was set, in the order of the plan
  std::uint64_t touched = 0;       ///< when it was set or confirmed the last time
  std::uint64_t requested = 0;     ///< when something other than a list asked for it the last time
  std::uint64_t shown_by_list = 0; ///< the number of the last list that has shown it
  time_point due;
  unsigned failures = 0;
  lag_list lags;
  bool gone = false;             ///< an event announced its removal
  bool needs_inspect = false;    ///< must be inspected: a list can't tell what is wanted
  bool covered_by_event = false; ///< an event of this resource asked for it
  bool list_only = false;        ///< is not inspected: a list tells all that can be told
};

/// The resources that wait for a look, the soonest due first.
class stale_keys {
public:
  using marks = std::map<std::string, stale_mark>;

  /// The mark of the key, a new one with this number if there is none, due at `due` or before. One
  /// that keeps failing waits for its turn, whatever else happens to it. The caller changes neither
  /// its number, `due`, `needs_inspect` nor `list_only`.
  stale_mark& mark(const std::string& key, std::uint64_t number, time_point due);
  void want_inspect(const std::string& key, std::uint64_t number, time_point due);
  /// Adds a mark that was taken before to what has come meanwhile.
  void put(const std::string& key, stale_mark&& x);
  void put(marks&& more);
  /// From now on lists answer for the key.
  void leave_to_lists(const std::string& key);

  /// Takes what is due and may be inspected, the soonest first, at most so many. What has failed
  /// before comes after all others and by itself: it may hang, and nobody is to wait for it.
  marks take_due(time_point now, std::size_t most);
  /// Takes what is due and a list can answer.
  marks take_due_for_list(time_point now);
  /// Takes what waits for an inspect, was last touched before `number`, and is not one of `shown`.
  marks take_denied(const std::set<std::string>& shown, std::uint64_t number);
  /// The same of these keys only.
  marks take_of(const std::set<std::string>& denied, std::uint64_t number);
  /// The list of this number has shown these.
  void set_shown(const std::set<std::string>& keys, std::uint64_t number);
  marks take_all();

  const stale_mark* find(const std::string& key) const;
  bool contains(const std::string& key) const { return marks_.contains(key); }
  std::optional<time_point> soonest() const;
  /// True when something is due that only a list can answer.
  bool due_for_list_only(time_point now) const;
  /// What is due and only a list can answer is due at `until`.
  void postpone_list_only(time_point now, time_point until);
  /// True when more than so many are due that a list can answer.
  bool more_due_for_list(std::size_t limit, time_point now) const;
  std::size_t size() const noexcept { return marks_.size(); }
  const marks& all() const noexcept { return marks_; }

private:
  using order = std::set<std::pair<time_point, std::string>>;

  void reschedule(const std::string& key, stale_mark& x, time_point due);
  void require_inspect(stale_mark& x);
  void forbid_inspect(stale_mark& x);
  order::iterator take(order::iterator i, marks& taken);

  marks marks_;
  order due_;                     ///< of marks_, soonest first
  std::size_t needs_inspect_ = 0; ///< how many of marks_ must be inspected
  std::size_t list_only_ = 0;     ///< how many of marks_ are not
};

} // namespace volumeviz::sync
