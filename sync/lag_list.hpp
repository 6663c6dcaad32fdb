#pragma once

#include "sync/steady_time.hpp"

#include <cstdint>
#include <vector>

namespace volumeviz::sync {

/// The API may lag behind an event: an answer that was requested before `until` may be older than
/// the event.
struct lag {
  /// The number of the oldest such event, in the order of the plan.
  std::uint64_t number;
  time_point until;
};

/// The lags of one resource. Two are kept apart, so that a resource with an event every second is
/// completed again and again, if late. More are merged, so that they cost no memory.
class lag_list {
public:
  /// `x.number` is not lower than any number in the list.
  void add(const lag& x);
  void merge(const lag_list& other);
  /// Removes the lags that end by `began`, the moment when an answer was requested: that answer is
  /// as new as their events.
  void complete(time_point began);

  bool empty() const noexcept { return lags_.empty(); }
  /// The lowest number. The list must not be empty.
  std::uint64_t number() const { return lags_.front().number; }
  /// When the last lag ends.
  time_point until() const;

private:
  void shorten();

  /// By number, ascending.
  std::vector<lag> lags_;
};

} // namespace volumeviz::sync
