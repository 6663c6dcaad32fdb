#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::sync {

/// Resources whose inspects fail again and again. The daemon's lists stand in for them, so they
/// hold nothing up; this says when each is inspected once more, ever more rarely.
class set_aside_keys {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using milliseconds = std::chrono::milliseconds;

  /// An inspect of this resource has failed at `now`; it is tried again after `wait`.
  void failed(const std::string& key, milliseconds wait, time_point now);
  /// Its inspect has worked, or the resource is gone.
  void forget(const std::string& key);
  /// News of it: a try soon may be worthwhile. The longer it has failed, the less soon, so that a
  /// container that restarts all the time is not asked for all the time.
  void hurry(const std::string& key, time_point now);
  /// Whatever kept the daemon from answering is over: all are tried now, and waits begin anew.
  void hurry_all(time_point now);

  /// The resource whose turn is now, or nothing.
  std::optional<std::string> due(time_point now) const;
  std::optional<time_point> soonest() const;
  bool contains(const std::string& key) const { return keys_.contains(key); }
  /// How often the resource has failed since it was set aside, or since hurry_all().
  unsigned failures(const std::string& key) const;
  std::vector<std::string> keys() const;
  std::size_t size() const noexcept { return keys_.size(); }

private:
  struct entry {
    unsigned failures = 0;
    time_point tried;
    milliseconds wait{0};
    time_point due;
  };

  void reschedule(const std::string& key, entry& x, time_point due);

  std::map<std::string, entry> keys_;
  std::set<std::pair<time_point, std::string>> due_; ///< of keys_, the soonest first
};

} // namespace volumeviz::sync
