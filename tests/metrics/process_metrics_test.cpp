#include "metrics/process_metrics.hpp"
#include "tests/metrics/series.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <future>
#include <thread>

using namespace volumeviz;
using metrics::testing::value_of;

TEST_CASE("the metrics of the process are plausible") {
  metrics::catalogue numbers;
  for (const auto* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
                           "process_start_time_seconds", "process_threads"}) {
    CAPTURE(name);
    REQUIRE(!value_of(numbers, name).empty());
  }
  const auto open = std::stoi(value_of(numbers, "process_open_fds"));
  std::ifstream one_more{"/proc/self/stat"};
  CHECK(std::stoi(value_of(numbers, "process_open_fds")) == open + 1);
  CHECK(std::stod(value_of(numbers, "process_resident_memory_bytes")) > 1e6);
  CHECK(std::stod(value_of(numbers, "process_start_time_seconds")) > 1.6e9);
  const auto threads = std::stoi(value_of(numbers, "process_threads"));
  std::promise<void> end;
  std::jthread another{[&] { end.get_future().wait(); }};
  CHECK(std::stoi(value_of(numbers, "process_threads"))
        >= threads + 1); // a sanitizer may add its own
  end.set_value();
}

TEST_CASE("a process name with spaces and parentheses doesn't shift the fields of its statistics") {
  const auto stat =
      metrics::parse_process_stat("42 (a) S (b c) R 1 2 3 4 5 6 7 8 9 10 100 50 13 14 15 16 7 18 "
                                  "9000 123456 789 20\n");
  REQUIRE(stat.has_value());
  CHECK(stat->cpu_ticks == 150);
  CHECK(stat->threads == 7);
  CHECK(stat->start_ticks == 9000);
  CHECK(stat->virtual_bytes == 123456);
  CHECK(stat->resident_pages == 789);
  for (const auto* text :
       {"", "42", "42 (x) R", "42 (x) R 1 2 3 4 5 6 7 8 9 10 x 50 13 14 15 16 7 18 9000 1 2 3"})
    CHECK_FALSE(metrics::parse_process_stat(text).has_value());
}
