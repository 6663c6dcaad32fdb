#pragma once

#include <sys/types.h>

namespace volumeviz::bench {

/// What a process has used so far, by /proc.
struct usage {
  double cpu_ms = 0; ///< of all threads, ended ones included
  double rss_mb = 0; ///< now
  double peak_rss_mb = 0;
  double anonymous_mb = 0;     ///< of the RSS: heap and stacks, without files such as the program
  long voluntary_switches = 0; ///< of all threads that still run
  int threads = 0;
};

usage usage_of(pid_t pid);

/// The process's share of its memory: pages that others use as well, of libraries for example,
/// count in part. Takes the kernel longer than usage_of().
double proportional_mb(pid_t pid);

} // namespace volumeviz::bench
