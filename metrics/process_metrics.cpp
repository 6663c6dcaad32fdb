#include "metrics/process_metrics.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace volumeviz::metrics {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

std::string read_file(const char* path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Unix time in seconds when the machine was started; 0: unknown.
double boot_time() {
  auto text = read_file("/proc/stat");
  auto at = text.find("\nbtime ");
  if (at == std::string::npos)
    return 0;
  std::uint64_t seconds = 0;
  std::from_chars(text.data() + at + 7, text.data() + text.size(), seconds);
  return static_cast<double>(seconds);
}

std::optional<double> open_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator entries{"/proc/self/fd", error};
  if (error)
    return {};
  auto count = std::distance(entries, std::filesystem::directory_iterator{});
  return static_cast<double>(count - 1); // the iterator's own
}

MetricFamily single(const char* name, const char* help, MetricType type, double value) {
  MetricFamily result;
  result.name = name;
  result.help = help;
  result.type = type;
  prometheus::ClientMetric metric;
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  result.metric.push_back(metric);
  return result;
}

} // namespace

std::optional<process_stat> parse_process_stat(std::string_view text) {
  auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos)
    return {};
  // proc(5) numbers the fields from 1. The name is field 2, so the rest begins with field 3.
  std::vector<std::string_view> fields;
  auto rest = text.substr(name_end + 1);
  for (std::size_t at = 0; at < rest.size();) {
    auto begin = rest.find_first_not_of(" \n", at);
    if (begin == std::string_view::npos)
      break;
    auto end = rest.find_first_of(" \n", begin);
    end = end == std::string_view::npos ? rest.size() : end;
    fields.push_back(rest.substr(begin, end - begin));
    at = end;
  }
  bool good = fields.size() >= 22;
  auto field = [&](std::size_t number) {
    std::uint64_t value = 0;
    if (!good)
      return value;
    auto word = fields[number - 3];
    good = std::from_chars(word.data(), word.data() + word.size(), value).ec == std::errc{};
    return value;
  };
  process_stat result;
  result.cpu_ticks = field(14);
  result.cpu_ticks += field(15);
  result.threads = field(20);
  result.start_ticks = field(22);
  result.virtual_bytes = field(23);
  result.resident_pages = field(24);
  return good ? std::optional{result} : std::nullopt;
}

std::vector<MetricFamily> process_families() {
  std::vector<MetricFamily> result;
  if (auto stat = parse_process_stat(read_file("/proc/self/stat"))) {
    static const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    static const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    // Read once, so that the start does not move when the clock is set.
    static const double booted = boot_time();
    result.push_back(single("process_cpu_seconds_total", "User and system CPU time spent.",
                            MetricType::Counter, static_cast<double>(stat->cpu_ticks) / ticks));
    result.push_back(single("process_resident_memory_bytes", "Resident memory size.",
                            MetricType::Gauge, static_cast<double>(stat->resident_pages) * page));
    result.push_back(single("process_virtual_memory_bytes", "Virtual memory size.",
                            MetricType::Gauge, static_cast<double>(stat->virtual_bytes)));
    result.push_back(single("process_threads", "Threads of the process.", MetricType::Gauge,
                            static_cast<double>(stat->threads)));
    if (booted > 0)
      result.push_back(single("process_start_time_seconds",
                              "Unix time of the start of the process.", MetricType::Gauge,
                              booted + static_cast<double>(stat->start_ticks) / ticks));
  }
  if (auto open = open_descriptors())
    result.push_back(
        single("process_open_fds", "Open file descriptors.", MetricType::Gauge, *open));
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    result.push_back(single("process_max_fds", "The most file descriptors that may be open.",
                            MetricType::Gauge, static_cast<double>(limit.rlim_cur)));
  return result;
}

} // namespace volumeviz::metrics
