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

/// What a list had to mend although no event had announced it. The event may still be on its way
/// when the list is committed, so the verdict waits: two seconds for what a list has added or
/// changed, longer for what it has removed. A prune removes resources for as long as it takes, and
/// Docker 20.10 announces them with one event at its end. One watch per kind: keys of two kinds
/// must not meet in one.
///
/// Pure and bounded: at most `capacity` suspicions wait.
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

  // Copies would point into the original.
  drift_watch(drift_watch&&) = default;
  drift_watch& operator=(drift_watch&&) = default;

  /// A list has touched a row of this resource (for a mount: of its container) unannounced. Every
  /// row counts.
  void suspect(std::string key, row_kind kind, operation op, time_point now);
  /// An event of the resource has come: what is suspected of it is no drift.
  void clear(const std::string& key);
  /// An event tells that resources of the kind were removed, and not which (a prune): no removal
  /// that a list has shown before is drift.
  void clear_removals();

  /// The suspicions that no event has cleared in time, oldest first; each is given once.
  std::vector<row_change> due(time_point now);
  /// When due() will have something; no value while nothing waits.
  std::optional<time_point> next_due() const;

  std::size_t waiting() const noexcept { return order_.size(); }
  /// So many suspicions have come without a name: no event can clear them.
  void add_unjudged(std::uint64_t count) noexcept { unjudged_ += count; }
  /// Suspicions that found no room: neither drift nor cleared.
  std::uint64_t unjudged() const noexcept { return unjudged_; }

private:
  using queue = std::multimap<time_point, row_change>;
  using position = queue::iterator;

  void forget(position i);

  limits limits_;
  queue order_;                                                ///< by when the verdict is due
  std::unordered_multimap<std::string_view, position> by_key_; ///< the keys live in order_
  std::uint64_t unjudged_ = 0;
};

} // namespace volumeviz::sync
