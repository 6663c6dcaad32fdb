#include "sync/backoff.hpp"
#include "sync/outage_pause.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

constexpr time_point now = time_point{} + 1h;

} // namespace

TEST_CASE("without a failure there is no pause") {
  CHECK(outage_pause{{}}.until() <= now);
}

TEST_CASE("the later of the two pauses counts, and each is ended by its own cause") {
  auto random = seeded(1);
  outage_pause pause{{}};
  pause.docker_failed(now, random);
  const auto docker = pause.until();
  CHECK(docker > now);
  pause.store_failed(now + 10s, random);
  CHECK(pause.until() > docker);
  pause.end_store_pause();
  CHECK(pause.until() == docker);
  pause.store_failed(now + 10s, random);
  pause.end_docker_pause();
  CHECK(pause.until() >= now + 10s);
}

TEST_CASE("pauses double up to the limit, and start over after a success") {
  const work_limits limits;
  for (const auto of_store : {false, true}) {
    CAPTURE(of_store);
    auto random = seeded(1);
    outage_pause pause{limits};
    const auto fail = [&] {
      of_store ? pause.store_failed(now, random) : pause.docker_failed(now, random);
      return pause.until() - now;
    };
    CHECK(fail() <= 2 * limits.retry_min);
    for (auto i = 0; i < 20; ++i)
      CHECK(fail() <= limits.outage_max);
    CHECK(fail() >= limits.outage_max * 4 / 5);
    if (of_store)
      pause.store_worked();
    else
      CHECK(pause.docker_worked());
    CHECK(fail() <= 2 * limits.retry_min);
  }
}

TEST_CASE("an answer of Docker reports once whether Docker had failed") {
  auto random = seeded(1);
  outage_pause pause{{}};
  CHECK_FALSE(pause.docker_worked());
  pause.docker_failed(now, random);
  pause.end_docker_pause(); // the failure still counts
  CHECK(pause.docker_worked());
  CHECK_FALSE(pause.docker_worked());
}
