#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace volumeviz::sync {

/// Keeps a peer that fails again and again from filling the log: the first line of a key at once,
/// then one a minute. Bounded: when there are too many keys, those that were silent longest are
/// forgotten. Pure.
class log_limit {
public:
  using steady = std::chrono::steady_clock;
  struct limits {
    std::chrono::seconds interval{60};
    std::size_t keys_max = 1000;
  };

  log_limit() = default;
  explicit log_limit(const limits& x) : limits_(x) {}

  /// Whether to write a line of this key now: how many were left out since its last one, or nothing
  /// when this one is to be left out, too.
  std::optional<std::uint64_t> admit(const std::string& key, steady::time_point now);

private:
  struct entry {
    steady::time_point written;
    std::uint64_t left_out = 0;
  };
  void make_room();

  limits limits_;
  std::map<std::string, entry> entries_;
};

} // namespace volumeviz::sync
