#include "config/log_line.hpp"

#include "text/iso_time.hpp"
#include "text/utf8.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace volumeviz::config {

namespace {

void append(spdlog::memory_buf_t& into, std::string_view text) {
  into.append(text.data(), text.data() + text.size());
}

void append_time(spdlog::memory_buf_t& into, spdlog::log_clock::time_point time) {
  using namespace std::chrono;
  const auto since_1970 = duration_cast<nanoseconds>(time.time_since_epoch());
  append(into, text::iso_time(since_1970.count(), 3));
}

void append_control(spdlog::memory_buf_t& into, char c) {
  switch (c) {
  case '\n':
    return append(into, "\\n");
  case '\r':
    return append(into, "\\r");
  case '\t':
    return append(into, "\\t");
  default:
    std::array<char, 7> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned char>(c));
    append(into, {escaped.data(), 6});
  }
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void append_escaped(spdlog::memory_buf_t& into, std::string_view text, bool json) {
  while (!text.empty()) {
    const auto c = text.front();
    const auto length = text::utf8_length(text);
    if (is_control(c)) {
      append_control(into, c);
    } else if (json && (c == '"' || c == '\\')) {
      into.push_back('\\');
      into.push_back(c);
    } else if (length == 0) {
      append(into, text::replacement);
    } else {
      append(into, text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

} // namespace

std::string_view level_name(spdlog::level::level_enum level) noexcept {
  switch (level) {
  case spdlog::level::trace:
    return "trace";
  case spdlog::level::debug:
    return "debug";
  case spdlog::level::info:
    return "info";
  case spdlog::level::warn:
    return "warn";
  default:
    return "error";
  }
}

void log_line::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) {
  const std::string_view text{message.payload.data(), message.payload.size()};
  const auto level = level_name(message.level);
  const bool json = format_ == log_format::json;
  append(into, json ? R"({"ts":")" : "");
  append_time(into, message.time);
  append(into, json ? R"(","level":")" : " ");
  append(into, level);
  append(into, json ? R"(","msg":")" : std::string_view{"  "}.substr(level.size() == 5));
  append_escaped(into, text, json);
  append(into, json ? "\"}\n" : "\n");
}

} // namespace volumeviz::config
