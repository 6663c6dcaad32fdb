#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace volumeviz::chaos {

using clock = std::chrono::steady_clock;

/// What the node's health has said over a while, asked ten times a second as a monitor would.
struct health_heard {
  std::map<std::string, int> times;          ///< by overall status; "silent" for no answer
  double noticed_ms = -1;                    ///< until the first status but healthy; -1: never
  double last_bad_ms = 0;                    ///< until the last status but healthy
  double worst_staleness = 0;                ///< seconds
  std::map<std::string, std::string> reason; ///< one by status
};

class health_watch {
public:
  explicit health_watch(std::function<std::uint16_t()> port);
  ~health_watch();

  void begin(); ///< forgets what was heard
  health_heard heard() const;
  /// Asked just now.
  std::string status() const;

private:
  struct word {
    std::string status, reason;
    double staleness = 0;
  };
  word ask() const;
  void listen(const std::stop_token& stop);

  std::function<std::uint16_t()> port_;
  mutable std::mutex mutex_;
  health_heard heard_;
  clock::time_point begin_ = clock::now();
  std::jthread thread_;
};

} // namespace volumeviz::chaos
