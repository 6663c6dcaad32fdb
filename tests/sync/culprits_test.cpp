#include "sync/culprits.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

const culprits::time_point start{std::chrono::hours{1}};

} // namespace

TEST_CASE("a host that fails while others are written is suspected for some minutes") {
  culprits x;
  x.worked(start);
  CHECK_FALSE(x.failed("evil", 5s, start + 5s));
  CHECK(x.suspected("evil", start + 5s));
  x.worked(start + 5s);
  CHECK(x.suspected("evil", start + 4min));
  CHECK_FALSE(x.suspected("good", start + 5s));
  CHECK_FALSE(x.suspected("evil", start + 6min));
}

TEST_CASE("a suspect that fails again has to wait") {
  culprits x;
  x.worked(start);
  x.failed("evil", 5s, start);
  x.failed("quick", 1ms, start);
  x.worked(start);
  CHECK_FALSE(x.paused("evil", start)); // one failure can happen to any host
  x.failed("evil", 5s, start);
  x.failed("quick", 1ms, start);
  x.worked(start);
  CHECK(x.paused("evil", start + 19s));
  CHECK_FALSE(x.paused("evil", start + 20s));
  CHECK_FALSE(x.paused("quick", start + 4ms));
  CHECK_FALSE(x.paused("good", start));
  x.worked(start + 1s); // and is not forgiven because others are written
  CHECK(x.paused("evil", start + 19s));
}

TEST_CASE("a failure during a suspension of the process counts as one call") {
  culprits x;
  x.worked(start);
  for (int i = 0; i < 2; ++i) {
    x.failed("unlucky", 10min, start);
    x.worked(start);
  }
  CHECK(x.paused("unlucky", start + 19s));
  CHECK_FALSE(x.paused("unlucky", start + 20s));
}

TEST_CASE(
    "when several hosts fail one after the other it is the database, and they are suspected for "
    "a short time only") {
  culprits x;
  x.worked(start);
  CHECK_FALSE(x.failed("a", 5s, start + 1s));
  CHECK_FALSE(x.failed("a", 5s, start + 2s)); // still one
  CHECK_FALSE(x.failed("b", 5s, start + 2s));
  CHECK(x.failed("c", 5s, start + 3s));
  x.worked(start + 4s);
  for (const auto* host : {"a", "b", "c"}) {
    CHECK(x.suspected(host, start + 20s));
    CHECK_FALSE(x.suspected(host, start + 40s));
    CHECK_FALSE(x.paused(host, start + 4s));
  }
}

TEST_CASE("a failure is the database's when nothing was written for long, or ever") {
  culprits x;
  CHECK(x.failed("only", 1s, start));
  x.worked(start);
  CHECK_FALSE(x.failed("only", 1s, start + 5s));
  CHECK(x.failed("only", 1s, start + 11s));
}

TEST_CASE("suspects are forgotten when their time has passed") {
  culprits x;
  for (int i = 0; i < 100; ++i) {
    const auto now = start + i * 10min;
    x.worked(now);
    x.failed("h" + std::to_string(i), 1s, now);
    x.worked(now);
    CHECK(x.size() <= 2);
  }
}
