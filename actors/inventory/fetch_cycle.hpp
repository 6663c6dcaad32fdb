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
  /// One whose inspector or store does not answer for minutes has failed.
  void check_limits(sync::time_point now);
  /// When check_limits() has something to do; no value while nothing is in flight.
  std::optional<sync::time_point> next_due() const;
  /// Another node wrote the rows when this one last tried to.
  bool locked_out() const noexcept { return locked_out_; }

private:
  enum class phase : std::uint8_t { fetch, write };
  struct in_flight {
    sync::fetch asked;
    bool with_drivers = false;
    sync::time_point began;
    phase doing = phase::fetch;
    sync::time_point limit; ///< of the phase
    bool reported_as_slow = false;
  };

  void give_up();
  /// False for an answer that comes after its request was given up.
  bool expects(std::uint64_t number, phase doing) const;
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
  std::uint64_t number_ = 0;   ///< of the fetch in flight
  std::uint64_t given_up_ = 0; ///< the last fetch that was
  bool locked_out_ = false;
  /// The store may have committed deletions of volumes, and thus of mounts, without an answer.
  bool mounts_unknown_;
};

} // namespace volumeviz
