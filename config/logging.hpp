#pragma once

#include "config/settings.hpp"

#include <spdlog/logger.h>

#include <memory>

namespace volumeviz::config {

/// The program's log, to standard error: text or one JSON object a line (keys ts, level, msg).
/// Asynchronous and bounded: when standard error blocks, the log drops and counts the oldest lines,
/// and callers never wait. Messages contain key=value pairs, for `grep actor=`.
class log_output {
public:
  explicit log_output(const settings& from);
  ~log_output(); ///< writes the queued lines, for at most a second if nothing reads them
  log_output(const log_output&) = delete;
  log_output& operator=(const log_output&) = delete;

  const std::shared_ptr<spdlog::logger>& logger() const noexcept { return logger_; }

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
  std::shared_ptr<spdlog::logger> logger_;
};

} // namespace volumeviz::config
