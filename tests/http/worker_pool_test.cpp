#include "http/worker_pool.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <latch>
#include <sys/socket.h>

using namespace volumeviz;
using namespace std::chrono_literals;

namespace {

std::ptrdiff_t threads_of_process() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {});
}

http::connection any_connection() {
  return http::connection{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

} // namespace

TEST_CASE("as many requests are answered at once as there may be threads, and idle threads end") {
  const auto before = threads_of_process();
  std::latch together{3}, answered{3};
  http::worker_pool pool{3, 10, 2s, 20ms, [&](http::connection, bool) {
                           together.arrive_and_wait(); // returns only while all three run
                           answered.count_down();
                         }};
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(pool.submit(any_connection()));
  answered.wait();
  CHECK(support::eventually([&] { return threads_of_process() == before; }));
}

TEST_CASE("a pool whose threads have ended answers the next request") {
  const auto before = threads_of_process();
  std::atomic<int> answered{0};
  http::worker_pool pool{2, 10, 2s, 1ms, [&](http::connection, bool) { ++answered; }};
  for (int i = 1; i <= 3; ++i) {
    REQUIRE(support::eventually([&] { return threads_of_process() == before; }));
    CHECK_FALSE(pool.submit(any_connection()));
    CHECK(support::eventually([&] { return answered == i; }));
  }
}

TEST_CASE("a pool that stops has answered what was queued") {
  std::atomic<int> answered{0};
  {
    http::worker_pool pool{1, 10, 2s, 1min, [&](http::connection, bool) { ++answered; }};
    for (int i = 0; i < 5; ++i)
      CHECK_FALSE(pool.submit(any_connection()));
  }
  CHECK(answered == 5);
}
