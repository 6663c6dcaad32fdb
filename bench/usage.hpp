#pragma once

#include <sys/types.h>

namespace volumeviz::bench {

/// What a process has used so far, by /proc.
struct usage {
  double cpu_ms = 0; ///< of all threads, ended ones included
  double rss_mb = 0; ///< now
  double peak_rss_mb = 0;
  long voluntary_switches = 0; ///< of all threads that still run
  long involuntary_switches = 0;
  int threads = 0;
};

usage usage_of(pid_t pid);

} // namespace volumeviz::bench
