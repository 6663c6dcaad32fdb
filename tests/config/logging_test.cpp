#include "config/logging.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>

using namespace volumeviz::config;
using clock_type = std::chrono::steady_clock;

namespace {

/// Redirects standard error to a pipe until it is destroyed.
class captured_stderr {
public:
  captured_stderr() {
    REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
    saved_ = ::dup(STDERR_FILENO);
    ::dup2(ends_[1], STDERR_FILENO);
    ::close(ends_[1]);
  }
  ~captured_stderr() {
    restore();
    close_reader();
  }
  captured_stderr(const captured_stderr&) = delete;
  captured_stderr& operator=(const captured_stderr&) = delete;

  void close_reader() {
    if (ends_[0] >= 0)
      ::close(ends_[0]);
    ends_[0] = -1;
  }
  void restore() {
    if (saved_ >= 0) {
      ::dup2(saved_, STDERR_FILENO);
      ::close(saved_);
    }
    saved_ = -1;
  }
  /// Everything that was written. Call it when the writers are done.
  std::string text() {
    restore();
    return read_to_end();
  }
  std::string read_to_end() const {
    std::string result;
    std::array<char, 65536> part{};
    for (ssize_t size = 0; (size = ::read(ends_[0], part.data(), part.size())) > 0;)
      result.append(part.data(), static_cast<std::size_t>(size));
    return result;
  }

private:
  std::array<int, 2> ends_{-1, -1};
  int saved_ = -1;
};

settings at_level(const char* level) {
  settings result;
  result.log_level = level;
  return result;
}

} // namespace

TEST_CASE("all queued lines are written when the log ends") {
  captured_stderr pipe;
  {
    const log_output log{at_level("info")};
    for (int i = 0; i < 500; ++i)
      log.logger()->info("line={}", i);
    log.logger()->debug("not this one");
  }
  const auto text = pipe.text();
  CHECK(text.find("line=0\n") != std::string::npos);
  CHECK(text.find("line=499\n") != std::string::npos);
  CHECK(text.find("not this one") == std::string::npos);
  CHECK(text.find("lost=") == std::string::npos);
}

TEST_CASE(
    "without a reader lines are dropped, callers never wait, and the end takes at most a second") {
  captured_stderr pipe;
  const auto begin = clock_type::now();
  clock_type::duration longest{};
  {
    const log_output log{at_level("info")};
    const std::string text(1000, 'x');
    for (int i = 0; i < 20'000; ++i) {
      const auto before = clock_type::now();
      log.logger()->info(text);
      longest = std::max(longest, clock_type::now() - before);
    }
  }
  const auto written = pipe.text();
  CHECK(std::ranges::count(written, '\n') < 10'000);
  CHECK(longest < std::chrono::milliseconds{500});
  CHECK(clock_type::now() - begin < std::chrono::seconds{10});
}

TEST_CASE("a line says how many lines were dropped while nothing read") {
  captured_stderr pipe;
  auto log = std::make_optional<log_output>(at_level("info"));
  for (int i = 0; i < 20'000; ++i)
    log->logger()->info(std::string(1000, 'x'));
  std::string text;
  std::thread reader{[&] { text = pipe.read_to_end(); }};
  log.reset();
  pipe.restore();
  reader.join();
  std::size_t lost = 0, reports = 0;
  for (auto at = text.find("lost="); at != std::string::npos; at = text.find("lost=", at + 1)) {
    lost += std::stoul(text.substr(at + 5));
    ++reports;
  }
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  CHECK(lost > 0);
  CHECK(lines - reports + lost == 20'000);
}

TEST_CASE("a reader that goes away does not end the process") {
  captured_stderr pipe;
  pipe.close_reader();
  const log_output log{at_level("info")};
  for (int i = 0; i < 100; ++i)
    log.logger()->info("into the void");
}

TEST_CASE("a logger that outlives the log is harmless") {
  std::shared_ptr<spdlog::logger> logger;
  {
    const log_output log{at_level("error")};
    logger = log.logger();
  }
  logger->error("nobody hears this");
}
