#pragma once

#include "messages/reconcile.hpp"
#include "sync/steady_time.hpp"

#include <cstddef>
#include <functional>
#include <set>
#include <string>

namespace volumeviz::sync {

/// Bounds and waits of a work_plan.
struct work_limits {
  /// The most keys of one fetch.
  std::size_t batch_max = 32;
  /// When more keys than this are due, one list is cheaper than as many inspects.
  std::size_t list_above = 300;
  /// The API may lag behind an event by this much.
  milliseconds delayed_recheck{1500};
  /// The first wait after any failure. Later waits double.
  milliseconds retry_min{250};
  /// A resource whose inspect has failed this often in a row is set aside: lists replace its
  /// inspects.
  unsigned set_aside_after = 3;
  /// The longest wait before a resource that is set aside is inspected again.
  milliseconds retry_max{300'000};
  /// The least between two lists that only replace inspects.
  milliseconds stand_in_apart{1'000};
  /// The least between two lists for `lost_rows`. A hub requests these lists: without this limit, a
  /// hostile hub could make its agents list without a pause.
  milliseconds lost_rows_apart{5'000};
  /// True for a resource that can't be inspected by its name, so that only lists show it. Null: no
  /// resource is like that.
  std::function<bool(const std::string&)> list_only{};
  /// The longest wait before Docker or the database is tried again. An absent server refuses at
  /// once, so a try is cheap; and the rows should be right within seconds of its return.
  milliseconds outage_max{5'000};
  /// The wait after a partial list before the next list. The rows should be right within seconds of
  /// a plugin's return. But a dead plugin blocks every list for 15 s, and with it all fetches of
  /// volumes, so the wait is not zero.
  milliseconds partial_again{5'000};
  /// The first and the longest wait after a list that had to leave entries out: no event says that
  /// such an entry has become readable. The wait doubles, since some never do.
  milliseconds left_out_again{5'000};
  milliseconds left_out_again_max{30'000};
  /// With more dirty keys than this the plan forgets them and lists the kind. Otherwise the keys of
  /// short-lived resources would pile up without end while the database is away.
  std::size_t keys_max = 20'000;
  /// Reasons for which the plan does not list. Empty, except in tests that show what each reason is
  /// good for.
  std::set<list_reason> ignored_reasons{};
  /// When true, a list outweighs an inspect that says "no such container". False in one test only.
  bool lists_outweigh = true;
};

} // namespace volumeviz::sync
