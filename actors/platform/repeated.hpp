#pragma once

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace volumeviz {

/// Logs something that may fail again and again: the first failure as a warning, the following ones
/// at debug level, and the recovery with the number of failures.
class repeated_failure {
public:
  repeated_failure(std::shared_ptr<spdlog::logger> log, std::string what)
      : log_(std::move(log)), what_(std::move(what)) {}

  void failed(const std::string& why) {
    if (count_++ == 0)
      log_->warn("{} failed: {}", what_, why);
    else
      log_->debug("{} failed again ({} times): {}", what_, count_, why);
  }
  void worked() {
    if (count_ > 0)
      log_->info("{} works again after {} failures", what_, count_);
    count_ = 0;
  }

private:
  std::shared_ptr<spdlog::logger> log_;
  std::string what_;
  std::uint64_t count_ = 0;
};

} // namespace volumeviz
