#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace volumeviz::metrics {

/// What /proc/PID/stat says, in the kernel's units.
struct process_stat {
  std::uint64_t cpu_ticks = 0; ///< user and system
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0; ///< after boot
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

/// Nothing when the text is not what the kernel writes. The process name in it may hold spaces and
/// parentheses.
std::optional<process_stat> parse_process_stat(std::string_view text);

/// The usual process_* families of this process, under the names that every Prometheus client
/// library uses. What /proc does not tell is left out.
std::vector<prometheus::MetricFamily> process_families();

} // namespace volumeviz::metrics
