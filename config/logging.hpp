#pragma once

#include "config/settings.hpp"

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace volumeviz::config {

/// The program's log, to standard error: text or one JSON object a line (keys ts, level, msg).
/// Asynchronous and bounded: when standard error blocks, the oldest lines are lost (and counted),
/// never a caller's time. Messages are written with key=value pairs, so that `grep actor=` finds
/// things.
class log_output {
public:
  explicit log_output(const settings& from);
  ~log_output(); ///< writes what is waiting, for at most a second when nobody reads
  log_output(const log_output&) = delete;
  log_output& operator=(const log_output&) = delete;

  const std::shared_ptr<spdlog::logger>& logger() const noexcept { return logger_; }
  /// Lines lost because nobody read fast enough.
  std::size_t lost_lines() const noexcept;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
  std::shared_ptr<spdlog::logger> logger_;
};

} // namespace volumeviz::config
