#pragma once

#include "messages/docker_event.hpp"
#include "messages/reconcile.hpp"
#include "sync/list_schedule.hpp"
#include "sync/set_aside.hpp"
#include "sync/stale_keys.hpp"
#include "sync/steady_time.hpp"
#include "sync/work_limits.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// Everything of one kind that waits for a fetch: dirty keys, keys that are set aside, and wanted
/// lists. Holds memory in proportion to the kind's resources.
struct backlog {
  backlog(const work_limits& limits, std::uint64_t seed);

  /// An event marks its resource dirty, and once more for later if the API may lag behind it. A
  /// prune, or an event without an id, wants a list. An event that says that a resource is gone
  /// ends its being set aside: what made its inspects fail may be gone with it, and only an inspect
  /// can prove that a volume is gone whose driver is away. It has its turn after all others, and
  /// alone.
  void mark_dirty(const docker_event& event, const event_meaning& meaning, time_point now);
  /// Marks a key dirty, and leaves it to lists if it can't be inspected.
  stale_mark& mark(const std::string& key, time_point now);
  /// The kind is stale. False when the limits ignore this reason.
  bool want_list(list_reason reason, std::uint64_t run_id, time_point now);
  /// What the list does not show of these resources is inspected. A key that is set aside has its
  /// own turn.
  void want_inspects(const std::vector<std::string>& keys, time_point now);
  /// Adds marks that were taken before to what has come meanwhile.
  void put_back(stale_keys::marks&& marks);

  /// True when lists are the only source for this resource.
  bool is_list_only(const std::string& key) const;
  /// When something is due; no value while nothing waits.
  std::optional<time_point> soonest() const;
  /// The lowest number of what waits; one more than the last number while nothing waits.
  std::uint64_t oldest() const;
  /// The wait before an inspect that has failed so often is tried again.
  milliseconds retry_wait(unsigned failures);
  std::uint64_t next_number() noexcept { return ++last_number; }

  work_limits limits;
  std::minstd_rand random;
  /// Marks, lists and barriers are numbered in one order.
  std::uint64_t last_number = 0;
  stale_keys keys;
  set_aside_keys set_aside;
  list_schedule lists;
  /// Keys of the newest complete list that an inspect has to confirm or deny, since an entry that
  /// could not be parsed may be theirs.
  std::set<std::string> uncertain;
  /// Keys that the newest complete list has left open, and whose marks wait for the next list. It
  /// takes them however soon it comes.
  std::set<std::string> left_open;
  /// Docker answers again, or is a different one: after the next list, all keys that are set aside
  /// are tried.
  bool try_set_aside = false;

private:
  void forget_keys(time_point now);
};

} // namespace volumeviz::sync
