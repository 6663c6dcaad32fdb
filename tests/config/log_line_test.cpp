#include "config/log_line.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

using namespace volumeviz::config;

namespace {

std::string line(log_format format, const std::string& message,
                 spdlog::level::level_enum level = spdlog::level::info) {
  const spdlog::log_clock::time_point time{std::chrono::milliseconds{1'640'995'200'042}};
  spdlog::memory_buf_t into;
  log_line{format}.format({time, spdlog::source_loc{}, "", level, message}, into);
  return {into.data(), into.size()};
}

} // namespace

TEST_CASE("a text line has time, level and message") {
  CHECK(line(log_format::text, "connected host=a")
        == "2022-01-01T00:00:00.042Z info  connected host=a\n");
  CHECK(line(log_format::text, "x", spdlog::level::err) == "2022-01-01T00:00:00.042Z error x\n");
  CHECK(line(log_format::text, "x", spdlog::level::warn) == "2022-01-01T00:00:00.042Z warn  x\n");
}

TEST_CASE("a JSON line is one object") {
  CHECK(line(log_format::json, "a \"b\" \\ c")
        == R"({"ts":"2022-01-01T00:00:00.042Z","level":"info","msg":"a \"b\" \\ c"})"
           "\n");
}

TEST_CASE("a message with line breaks stays one line") {
  CHECK(line(log_format::text, "a\nb\x1b[31m\x7f")
        == "2022-01-01T00:00:00.042Z info  a\\nb\\u001b[31m\\u007f\n");
  CHECK(line(log_format::json, std::string{"\0\t\r", 3}).find(R"("msg":"\u0000\t\r")")
        != std::string::npos);
}

TEST_CASE("bytes that are not UTF-8 are replaced, and valid UTF-8 stays") {
  CHECK(line(log_format::json, "\xc3\xa4\xf0\x9f\x90\xb3").find("\"\xc3\xa4\xf0\x9f\x90\xb3\"")
        != std::string::npos);
  for (const auto* bad : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80"}) {
    CAPTURE(bad);
    const auto shown = line(log_format::json, bad);
    CHECK(shown.find("\xef\xbf\xbd") != std::string::npos);
    CHECK(shown.find(bad) == std::string::npos);
  }
}

TEST_CASE("any message becomes exactly one line") {
  CHECK(rc::check([](const std::string& message) {
    for (const auto format : {log_format::text, log_format::json}) {
      const auto text = line(format, message);
      RC_ASSERT(text.find('\n') == text.size() - 1);
    }
  }));
}
