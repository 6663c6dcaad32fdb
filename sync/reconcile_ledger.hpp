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

/// A reconciliation that has listed everything it covers.
struct finished_run {
  std::uint64_t id = 0;
  reconcile_scope scope = reconcile_scope::full;
  list_reason reason = list_reason::demand;        ///< of the demand that opened it
  std::chrono::steady_clock::duration duration{0}; ///< since its first list started
  friend bool operator==(const finished_run&, const finished_run&) = default;
};

/// The record of reconciliation runs: which are wanted, which lists have answered them, how many
/// there were.
///
/// A run is done when each kind that it covers was listed by a list that started after the run was
/// requested. Lists are named by `upto_run`, the newest run that the kind's handler knew of when it
/// started: it answers that run and all before. So a run of which nobody heard (its handler died)
/// is answered by the next one's list.
///
/// Pure, and bounded: at most `open_max` runs are open. The oldest is forgotten without a report
/// then; a later run of the same scope, which can't be done earlier, stands for it.
class reconcile_ledger {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::size_t open_max = 1'000;

  struct demand {
    reconcile_ticket ticket;
    bool is_new = false; ///< false: it joined a run that waits, and the handlers need not be told
  };

  /// Opens a run, numbered from 1 on, or joins the one of the same scope of which no list has
  /// started.
  demand request(reconcile_scope scope, list_reason reason, time_point now);

  /// A list of this kind begins; `upto_run` 0 when it answers no run.
  void list_started(resource_kind kind, std::uint64_t upto_run, time_point now);
  /// It is committed (`ok`), or it has failed: then its runs wait for another. The runs that are
  /// done now, oldest first.
  std::vector<finished_run> list_finished(resource_kind kind, std::uint64_t upto_run, bool ok,
                                          time_point now);

  /// Full runs that are done.
  std::uint64_t full_runs() const noexcept { return full_runs_; }
  /// Lists of the kind that have ended, failed ones included, whatever wanted them.
  std::uint64_t volume_runs() const noexcept { return lists(resource_kind::volume).ended; }
  std::uint64_t container_runs() const noexcept { return lists(resource_kind::container).ended; }
  /// When a list of the kind was committed last.
  std::optional<time_point> last_success(resource_kind kind) const noexcept {
    return lists(kind).last_success;
  }
  /// True once a full run is done.
  bool initial_done() const noexcept { return full_runs_ > 0; }
  /// Runs that are not done.
  std::size_t open() const noexcept { return open_.size(); }
  /// When the oldest run that is not done was requested; nothing when all are done.
  std::optional<time_point> waiting_since() const;

private:
  enum class progress : std::uint8_t { waits, started, done };
  struct run {
    std::uint64_t id;
    reconcile_scope scope;
    list_reason reason;
    time_point requested;
    std::optional<time_point> started;
    std::array<progress, 2> kinds{}; ///< by resource_kind

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

  std::deque<run> open_;               ///< oldest first
  std::array<kind_record, 2> lists_{}; ///< by resource_kind
  std::uint64_t last_id_ = 0;
  std::uint64_t full_runs_ = 0;
};

} // namespace volumeviz::sync
