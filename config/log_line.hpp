#pragma once

#include "config/settings.hpp"

#include <spdlog/formatter.h>

#include <memory>
#include <string_view>

namespace volumeviz::config {

/// The name of a level as LOG_LEVEL has it: trace, debug, info, warn, error.
std::string_view level_name(spdlog::level::level_enum level) noexcept;

/// Formats each message as one line: text `2026-01-31T12:00:00.000Z info  message`, or a JSON
/// object
/// `{"ts":…,"level":…,"msg":…}`. Control characters are escaped, and U+FFFD replaces bytes that are
/// not UTF-8.
class log_line final : public spdlog::formatter {
public:
  explicit log_line(log_format format) noexcept : format_{format} {}
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) override;
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<log_line>(format_);
  }

private:
  log_format format_;
};

} // namespace volumeviz::config
