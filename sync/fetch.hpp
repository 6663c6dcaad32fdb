#pragma once

#include "messages/changes.hpp"
#include "messages/reconcile.hpp"
#include "sync/list_schedule.hpp"
#include "sync/stale_keys.hpp"
#include "sync/steady_time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// One request to the daemon: inspect these keys, or list the whole kind.
struct fetch {
  bool list = false;
  /// Empty for a list.
  std::vector<std::string> keys;
  /// Why the kind is listed.
  std::set<list_reason> reasons;
  /// The newest reconciliation run that this list answers.
  std::uint64_t run_id = 0;
  /// The store held back the list before; this one confirms it.
  bool confirmed = false;
  /// The one key is set aside and its inspect may hang, so it gets a short deadline.
  bool retry = false;
};

/// What a complete list leaves open: rows that it lacks and that stay, since it does not prove that
/// the resources are gone.
struct open_rows {
  std::set<std::string> keys;
  /// Entries that could not be parsed were left out of the list, and each of these rows may belong
  /// to one of them. False: their driver may be away.
  bool left_out = false;
  /// The list did not ask which drivers the daemon has, and the next one does: it may prove more.
  bool drivers_unknown = false;
  /// There are more such rows than `keys`.
  bool others = false;
  /// Where there are others: what the list proves to exist or to be gone.
  std::set<std::string> proven{};
};

/// What the plan remembers of the fetch in flight, until its outcome is known.
struct fetch_in_flight {
  /// The dirty keys that this fetch completes.
  stale_keys::marks marks;
  std::optional<wanted_list> list;
  /// The key that is set aside and is tried again.
  std::optional<std::string> retry;
  time_point began;
  /// What events had told, when the fetch began, of other keys that it may show: those whose marks
  /// it did not take. Sorted by key.
  std::vector<told_change> told;
  /// Of a list, in the order of the plan: marks with higher numbers have come while it was in
  /// flight.
  std::uint64_t number = 0;
  /// Of a complete list.
  open_rows open{};

  /// The mark of the key, or null.
  const stale_mark* find(const std::string& key) const;
};

/// The request that goes to the daemon.
fetch request_of(const fetch_in_flight& x);

} // namespace volumeviz::sync
