#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace volumeviz::metrics {

/// The values of /proc/PID/stat, in the kernel's units.
struct process_stat {
  std::uint64_t cpu_ticks = 0; ///< user and system
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0; ///< after boot
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

/// Empty when the text does not have the kernel's format. The process name in it may contain spaces
/// and parentheses.
std::optional<process_stat> parse_process_stat(std::string_view text);

/// The process_* metrics of this process, under the names that every Prometheus client library
/// uses. A value that /proc does not have is left out.
std::vector<prometheus::MetricFamily> process_families();

} // namespace volumeviz::metrics
