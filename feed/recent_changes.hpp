#pragma once

#include "feed/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace volumeviz::feed {

struct recent_limits {
  std::size_t changes = 4000;
  std::size_t bytes = std::size_t{4} << 20; ///< of text
};

/// The newest changes, oldest first: all those with floor() < id <= tail().
class recent_changes {
public:
  explicit recent_changes(recent_limits limits = {}) : limits_{limits} {}

  /// Forgets all changes. The next ones are those after `id`.
  void begin(std::int64_t id);
  /// Adds the next changes, and says that none is missing up to `upto`. The oldest changes go when
  /// a limit is exceeded.
  void add(std::vector<encoded_change> next, std::int64_t upto);

  std::int64_t floor() const noexcept { return floor_; }
  std::int64_t tail() const noexcept { return tail_; }
  /// The first change with a greater id than `after`; null when there is none.
  const encoded_change* next(std::int64_t after) const;

private:
  recent_limits limits_;
  std::deque<encoded_change> changes_;
  std::size_t bytes_ = 0;
  std::int64_t floor_ = 0;
  std::int64_t tail_ = 0;
};

} // namespace volumeviz::feed
