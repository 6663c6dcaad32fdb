#pragma once

#include <ctime>
#include <pthread.h>
#include <thread>
#include <utility>

namespace volumeviz::bench {

/// A thread whose CPU time can be read while it runs.
class worker {
public:
  explicit worker(std::jthread&& thread) : thread_{std::move(thread)} {
    ::pthread_getcpuclockid(thread_.native_handle(), &cpu_clock_);
  }

  double cpu_ms() const {
    timespec used{};
    ::clock_gettime(cpu_clock_, &used);
    return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
  }

  void stop() { thread_.request_stop(); }
  void join() { thread_.join(); }

private:
  std::jthread thread_;
  clockid_t cpu_clock_{};
};

} // namespace volumeviz::bench
