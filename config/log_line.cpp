#include "config/log_line.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace volumeviz::config {

namespace {

void append(spdlog::memory_buf_t& into, std::string_view text) {
  into.append(text.data(), text.data() + text.size());
}

void append_time(spdlog::memory_buf_t& into, spdlog::log_clock::time_point time) {
  using namespace std::chrono;
  const auto since = time.time_since_epoch();
  const auto whole = floor<seconds>(since);
  const std::time_t seconds_since = static_cast<std::time_t>(whole.count());
  std::tm parts{};
  ::gmtime_r(&seconds_since, &parts);
  std::array<char, 80> text{};
  const auto size = std::snprintf(
      text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
      parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
      static_cast<int>(duration_cast<milliseconds>(since - whole).count()));
  append(into, {text.data(), static_cast<std::size_t>(size)});
}

/// How many bytes the UTF-8 sequence at the front has; 0 when it is none (RFC 3629: no overlong
/// forms, no surrogates).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || text.size() < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)
      || (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f))
    return 0;
  return length;
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
    const auto length = sequence_length(text);
    if (is_control(c)) {
      append_control(into, c);
    } else if (json && (c == '"' || c == '\\')) {
      into.push_back('\\');
      into.push_back(c);
    } else if (length == 0) {
      append(into, "\xef\xbf\xbd");
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
