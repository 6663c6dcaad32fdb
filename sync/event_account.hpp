#pragma once

#include "runtime/invariant.hpp"
#include "sync/event_tally.hpp"

#include <cstdint>
#include <vector>

namespace volumeviz::sync {

/// What became of the events that a fetch was for.
struct completion {
  std::vector<event_tally> processed;
  std::vector<event_tally> failed;
};

/// Counts the events of a plan. Each is marked once, then processed or failed once:
/// marked = processed + failed + incomplete.
class event_account {
public:
  void add_marked() noexcept { ++marked_; }
  void add_completed(const completion& x) {
    processed_ += sum(x.processed);
    failed_ += sum(x.failed);
    invariant(processed_ + failed_ <= marked_, "an event is completed once");
  }

  /// Events that are neither processed nor failed yet.
  std::uint64_t incomplete() const noexcept { return marked_ - processed_ - failed_; }

private:
  std::uint64_t marked_ = 0;
  std::uint64_t processed_ = 0;
  std::uint64_t failed_ = 0;
};

} // namespace volumeviz::sync
