#pragma once

#include "messages/changes.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace volumeviz::sync {

/// Finds drift: changes that a list had to make and that no event covers. The event may still be on
/// its way when the list is committed, so the verdict waits. It waits two seconds for rows that the
/// list has added or changed, and a minute for rows that it has removed: a prune takes as long as
/// it takes, and Docker 20.10 reports it with one event at its end. Each kind needs a watch of its
/// own, since keys of two kinds could be equal.
///
/// Pure and bounded: at most `capacity` suspected changes wait.
class drift_watch {
public:
  using time_point = std::chrono::steady_clock::time_point;

  struct limits {
    std::chrono::milliseconds grace = std::chrono::seconds{2};
    std::chrono::milliseconds removal_grace = std::chrono::minutes{1};
    std::size_t capacity = 100'000;
  };

  drift_watch() : drift_watch(limits{}) {}
  explicit drift_watch(const limits& x) : limits_(x) {}

  // Not copyable: by_key_ refers to strings in order_.
  drift_watch(drift_watch&&) = default;
  drift_watch& operator=(drift_watch&&) = default;

  /// A list has changed a row of this resource, and no event covers it. The key of a mount is that
  /// of its container. Each row counts.
  void suspect(std::string key, row_kind kind, operation op, time_point now);
  /// An event of the resource has come: the suspected changes of this resource are not drift.
  void clear(const std::string& key);
  /// An event says that resources of the kind were removed, but not which ones (a prune): the
  /// suspected removals are not drift.
  void clear_removals();

  /// Returns the changes that no event has covered in time, the oldest first, each of them once.
  std::vector<row_change> due(time_point now);
  /// When due() returns something next; no value while nothing waits.
  std::optional<time_point> next_due() const;

  std::size_t waiting() const noexcept { return order_.size(); }
  /// Counts changes without a key, which no event can clear.
  void add_unjudged(std::uint64_t count) noexcept { unjudged_ += count; }
  /// Changes that could not be judged: without a key, or beyond `capacity`.
  std::uint64_t unjudged() const noexcept { return unjudged_; }

private:
  using queue = std::multimap<time_point, row_change>;
  using position = queue::iterator;

  void forget(position i);

  limits limits_;
  /// By the time when the verdict is due.
  queue order_;
  /// The keys are strings in order_.
  std::unordered_multimap<std::string_view, position> by_key_;
  std::uint64_t unjudged_ = 0;
};

} // namespace volumeviz::sync
