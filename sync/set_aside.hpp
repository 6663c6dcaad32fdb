#pragma once

#include "sync/steady_time.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::sync {

/// Resources whose inspects fail again and again. Lists replace these inspects, so that they do not
/// hold up verified_at. This class decides when each is inspected again, at growing intervals.
class set_aside_keys {
public:
  /// An inspect of this resource has failed at `now`. It is inspected again after `wait`.
  void failed(const std::string& key, milliseconds wait, time_point now);
  /// The resource is no longer set aside: an inspect has worked, or the resource is gone.
  void forget(const std::string& key);
  /// An event of the resource: its inspect may work now, so it is tried sooner. After many failures
  /// less so; otherwise a container that restarts all the time would be inspected all the time.
  void hurry(const std::string& key, time_point now);
  /// Only an inspect can tell whether the resource exists, and verified_at waits for it: it is
  /// tried as soon as may be.
  void try_soon(const std::string& key, time_point now);
  /// The daemon answers again: all resources are inspected now, and their waits start over.
  void hurry_all(time_point now);

  /// The resource to inspect now, or no value.
  std::optional<std::string> due(time_point now) const;
  std::optional<time_point> soonest() const;
  bool contains(const std::string& key) const { return keys_.contains(key); }
  /// How often inspects of the resource have failed since it was set aside, or since hurry_all().
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
  /// The keys of keys_, the first due first.
  std::set<std::pair<time_point, std::string>> due_;
};

} // namespace volumeviz::sync
