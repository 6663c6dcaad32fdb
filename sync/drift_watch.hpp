#pragma once

#include "messages/changes.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace volumeviz::sync {

/// What a list had to mend although no event had announced it. The event may still be on its way
/// when the list is committed, so that the verdict waits for a moment. One watch per kind: keys of
/// two kinds must not meet in one.
///
/// Pure and bounded: at most `capacity` suspicions wait.
class drift_watch {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit drift_watch(std::chrono::milliseconds grace = std::chrono::seconds{2},
                       std::size_t capacity = 100'000)
      : grace_(grace), capacity_(capacity) {}

  // Copies would point into the original.
  drift_watch(drift_watch&&) = default;
  drift_watch& operator=(drift_watch&&) = default;

  /// A list has touched a row of this resource (for a mount: of its container) unannounced. Every
  /// row counts.
  void suspect(std::string key, row_kind kind, operation op, time_point now);
  /// An event of the resource has come: what is suspected of it is no drift.
  void announced(const std::string& key);

  /// The suspicions that no event has cleared in time, oldest first; each is given once.
  std::vector<row_change> due(time_point now);
  /// When due() will have something; no value while nothing waits.
  std::optional<time_point> next_due() const;

  std::size_t waiting() const noexcept { return order_.size(); }
  /// So many suspicions have come without a name: no event can clear them.
  void no_room(std::uint64_t count) noexcept { unjudged_ += count; }
  /// Suspicions that found no room: neither drift nor cleared.
  std::uint64_t unjudged() const noexcept { return unjudged_; }

private:
  struct suspicion {
    time_point due;
    row_change change;
  };
  using position = std::list<suspicion>::iterator;

  void forget(position i);

  std::chrono::milliseconds grace_;
  std::size_t capacity_;
  std::list<suspicion> order_;                                 ///< soonest first
  std::unordered_multimap<std::string_view, position> by_key_; ///< the keys live in order_
  std::uint64_t unjudged_ = 0;
};

} // namespace volumeviz::sync
