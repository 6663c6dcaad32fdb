#include "bench/usage.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace volumeviz::bench {

namespace {

/// The number behind "NAME:" in a status file of /proc; 0 when there is none.
double status_field(const std::filesystem::path& file, const std::string& name) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name + ":"))
      return std::stod(line.substr(name.size() + 1));
  return 0;
}

} // namespace

usage usage_of(pid_t pid) {
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  usage result;
  result.rss_mb = status_field(process / "status", "VmRSS") / 1024;
  result.peak_rss_mb = status_field(process / "status", "VmHWM") / 1024;
  result.anonymous_mb = status_field(process / "status", "RssAnon") / 1024;
  // More precise than the ticks of /proc/PID/stat.
  clockid_t cpu_clock{};
  timespec cpu{};
  if (::clock_getcpuclockid(pid, &cpu_clock) == 0 && ::clock_gettime(cpu_clock, &cpu) == 0)
    result.cpu_ms = static_cast<double>(cpu.tv_sec) * 1e3 + static_cast<double>(cpu.tv_nsec) / 1e6;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator{process / "task", ignored}) {
    ++result.threads;
    result.voluntary_switches +=
        static_cast<long>(status_field(task.path() / "status", "voluntary_ctxt_switches"));
  }
  return result;
}

double proportional_mb(pid_t pid) {
  return status_field("/proc/" + std::to_string(pid) + "/smaps_rollup", "Pss") / 1024;
}

} // namespace volumeviz::bench
