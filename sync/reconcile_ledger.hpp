#pragma once

#include "messages/reconcile.hpp"
#include "messages/resources.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace volumeviz::sync {

/// A reconciliation run for which all its kinds were listed.
struct finished_run {
  std::uint64_t id = 0;
  reconcile_scope scope = reconcile_scope::full;
  /// The reason of the request that opened the run.
  list_reason reason = list_reason::demand;
  /// Since the run's first list started.
  std::chrono::steady_clock::duration duration{0};
  friend bool operator==(const finished_run&, const finished_run&) = default;
};

/// Records the reconciliation runs: which are requested, which lists have answered them, and how
/// many are done.
///
/// A run is done when each kind that it covers was listed by a list that started after the request.
/// `upto_run` of a list is the newest run that the kind's handler knew when the list started: the
/// list answers that run and all runs before it. So a run whose handler died before it listed is
/// answered by the list of a later run.
///
/// Pure, and bounded: at most `open_max` runs are open. With more, the oldest is forgotten without
/// a report. A later run of the same scope, which can't be done earlier, replaces it.
class reconcile_ledger {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::size_t open_max = 1'000;

  struct demand {
    reconcile_ticket ticket;
    /// False: it joined a run that waits, and the handlers already know that run.
    bool is_new = false;
  };

  /// Opens a run, or joins an open run of the same scope if none of its lists has started. Runs are
  /// numbered from 1.
  demand request(reconcile_scope scope, list_reason reason, time_point now);

  /// A list of this kind has started. `upto_run` is 0 when it answers no run.
  void list_started(resource_kind kind, std::uint64_t upto_run, time_point now);
  /// The list is committed (`ok`), or has failed and its runs wait for another list. Returns the
  /// runs that are done now, the oldest first.
  std::vector<finished_run> list_finished(resource_kind kind, std::uint64_t upto_run, bool ok,
                                          time_point now);

  /// How many full runs are done.
  std::uint64_t full_runs() const noexcept { return full_runs_; }
  /// How many lists of the kind have ended, failed ones included, for any reason.
  std::uint64_t volume_runs() const noexcept { return lists(resource_kind::volume).ended; }
  std::uint64_t container_runs() const noexcept { return lists(resource_kind::container).ended; }
  /// When a list of the kind was last committed.
  std::optional<time_point> last_success(resource_kind kind) const noexcept {
    return lists(kind).last_success;
  }
  /// True once a full run is done.
  bool initial_done() const noexcept { return full_runs_ > 0; }
  /// How many runs are not done.
  std::size_t open() const noexcept { return open_.size(); }
  /// When the oldest run that is not done was requested; no value when all are done.
  std::optional<time_point> waiting_since() const;

private:
  enum class progress : std::uint8_t { waits, started, done };
  struct run {
    std::uint64_t id;
    reconcile_scope scope;
    list_reason reason;
    time_point requested;
    std::optional<time_point> started;
    /// By resource_kind.
    std::array<progress, 2> kinds{};

    progress& of(resource_kind kind) noexcept { return kinds[static_cast<std::size_t>(kind)]; }
    bool untouched() const noexcept;
    bool complete() const noexcept;
  };
  struct kind_record {
    std::uint64_t ended = 0;
    std::optional<time_point> last_success;
  };
  const kind_record& lists(resource_kind kind) const noexcept {
    return lists_[static_cast<std::size_t>(kind)];
  }
  std::vector<finished_run> take_complete(time_point now);

  /// The oldest run first.
  std::deque<run> open_;
  /// By resource_kind.
  std::array<kind_record, 2> lists_{};
  std::uint64_t last_id_ = 0;
  std::uint64_t full_runs_ = 0;
};

} // namespace volumeviz::sync
