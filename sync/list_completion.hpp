#pragma once

#include "sync/committed_fetch.hpp"
#include "sync/kept_rows.hpp"
#include "sync/work_plan.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::sync {

/// What a committed fetch has completed.
struct fetch_outcome {
  /// The events that the fetch was for.
  completion events;
  /// Volumes that a list has deleted.
  std::vector<std::string> gone{};
  /// After a complete list of containers: all that may still exist. No value: not known.
  std::optional<std::set<std::string>> remaining{};
};

/// Decides what a committed fetch proves of one kind, completes it in the plan, and requests what
/// has to follow:
///
/// | committed                  | it proves                 | it requests                     |
/// |----------------------------|---------------------------|---------------------------------|
/// | a partial list             | that what it shows exists | inspects of changed ones        |
/// | a complete list of         | that all others are gone  | inspects of changed ones and of |
/// | containers                 |                           | spared rows                     |
/// | a complete list of volumes | that the deleted are gone | inspects of spared rows, or a   |
/// |                            |                           | list that asks for drivers      |
/// | inspects                   | what they show            | a list, when all rows of a turn |
/// |                            |                           | are done (kept_rows)            |
///
/// A complete list of containers whose answer does not name all spared rows proves nothing of the
/// others. A list of volumes denies only what it deleted: dockerd leaves out the volumes of a
/// driver that it does not find. Barriers wait for the inspects of spared rows (open_rows.hpp).
class list_completion {
public:
  using predicate = std::function<bool(const std::string&)>;

  /// `list_only`: volumes that can't be inspected by their name; null for none.
  list_completion(work_plan& plan, predicate list_only)
      : plan_(plan), list_only_(std::move(list_only)) {}

  /// The request for this fetch. A list asks which volume drivers the daemon has where that may
  /// help: see needs_drivers().
  fetch_request request_for(resource_kind kind, const fetch& asked) const;
  /// `now` is the plan's clock, `wall` is our wall clock.
  fetch_outcome complete(const committed_fetch& x, time_point now, timestamp wall);

  const kept_rows& kept() const noexcept { return kept_; }

private:
  /// True when rows stay although lists lack them and inspects do not help: these fail, or the rows
  /// are too many.
  bool needs_drivers() const;
  std::vector<std::string> inspects_after(const committed_fetch& x, timestamp wall);
  fetch_outcome complete_containers(const committed_fetch& x, time_point now, timestamp wall);
  fetch_outcome complete_list_of_volumes(const committed_fetch& x, time_point now);
  fetch_outcome complete_inspects_of_volumes(const committed_fetch& x, time_point now);

  work_plan& plan_;
  predicate list_only_;
  kept_rows kept_;
  /// Containers whose times are in doubt, see left_out_in_doubt().
  std::set<std::string> left_out_;
};

} // namespace volumeviz::sync
