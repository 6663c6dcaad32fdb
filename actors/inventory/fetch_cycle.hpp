#pragma once

#include "actors/inventory/handler_reports.hpp"
#include "sync/list_completion.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace volumeviz {

/// One fetch and its write: asks the inspector, gives the answer to the store, and completes the
/// fetch in the plan. One cycle at a time, so that an older answer can't overwrite a newer one.
class fetch_cycle {
public:
  /// `ended` is called after each cycle. References must outlive this.
  fetch_cycle(resource_handler_actor::pointer self, context_ptr context, const handler_parts& parts,
              sync::work_plan& plan, sync::list_completion& completion, handler_reports& reports,
              std::function<void()> ended);

  void begin(sync::fetch&& asked);
  /// A fetch that the daemon does not answer soon is reported as a trouble: the rows may be stale.
  void report_if_slow(sync::time_point now);
  /// When report_if_slow() has something to report; no value while it has not.
  std::optional<sync::time_point> slow_at() const;
  /// Another node wrote the rows when this one last tried to.
  bool locked_out() const noexcept { return locked_out_; }

private:
  struct in_flight {
    sync::fetch asked;
    bool with_drivers = false;
    sync::time_point began;
    bool answered = false;
    bool reported_as_slow = false;
  };

  in_flight& current(std::uint64_t number);
  in_flight end();
  work_reports::seconds taken(const in_flight& x) const;

  void fetched(observation& what);
  void write(observation& what);
  void written(const observation& what, const write_answer& answer);
  void committed(const observation& what, const write_summary& summary);
  void held_back();
  void docker_failed(const failure& why);
  void store_failed(const failure& why);
  void stand_by(const failure& why);

  /// The handler of the other kind, which mounts tie to this one.
  const resource_handler_actor& other() const;
  void hint_other(const sync::committed_fetch& x);
  void list_again_after_takeover(bool this_was_a_list);

  resource_handler_actor::pointer self_;
  context_ptr context_;
  const handler_parts& parts_;
  sync::work_plan& plan_;
  sync::list_completion& completion_;
  handler_reports& reports_;
  std::function<void()> ended_;
  std::optional<in_flight> in_flight_;
  std::uint64_t number_ = 0; ///< of the fetch in flight
  bool locked_out_ = false;
  /// The store may have committed deletions of volumes, and thus of mounts, without an answer.
  bool mounts_unknown_;
};

} // namespace volumeviz
