#include "sync/chunks.hpp"
#include "tests/sync/chunk_bench.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

TEST_CASE("a batch that was cut into chunks and joined again is the same") {
  CHECK(rc::check([] {
    auto batch = some_batch(*rc::gen::inRange(0, 40), *rc::gen::inRange(0, 40),
                            *rc::gen::inRange(0, 40), *rc::gen::inRange(0, 300));
    const auto most = *rc::gen::inRange<std::size_t>(1, 5000);
    assembly hub;
    auto whole = send(hub, 1, cut(change_batch{batch}, most));
    RC_ASSERT(whole);
    batch.host.clear(); // the session knows it
    whole->host.clear();
    RC_ASSERT(*whole == batch);
    RC_ASSERT(hub.bytes() == 0U);
  }));
}

TEST_CASE("no chunk exceeds the limit, unless a single resource does") {
  const auto parts = cut(some_batch(100, 0, 0, 100), 1000);
  CHECK(parts.size() > 10);
  for (const auto& part : parts) {
    std::size_t sum = 0;
    for (const auto& x : part.volumes.present)
      sum += weight(x);
    for (const auto& x : part.volumes.told)
      sum += x.key.size();
    CHECK(sum <= 1000);
  }
  for (const auto& part : cut(some_batch(3, 0, 0, 5000), 1000))
    CHECK(resources(part) <= 1); // or what was told of a key that is gone
}

TEST_CASE("only the last chunk of a list says that the list is complete") {
  const auto parts = cut(some_batch(100, 0, 0, 100), 1000);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    CHECK_FALSE(parts[i].volumes.complete);
  CHECK(parts.back().volumes.complete);
  CHECK(parts.back().volumes.spared.drivers.size() == 2);
  CHECK(parts.back().facts.engine_id == "engine");
}

TEST_CASE("an empty batch is one chunk") {
  auto parts = cut({}, 1000);
  REQUIRE(parts.size() == 1);
  assembly hub;
  CHECK(send(hub, 1, std::move(parts)) == change_batch{});
}

TEST_CASE("a resource too heavy for the link is taken out, and its row stays") {
  auto batch = some_batch(3, 1, 0, 10);
  batch.volumes.present[1].labels["l"] = std::string(5000, 'x');
  const auto rejected = remove_oversized(batch, 1000);
  REQUIRE(rejected.size() == 1);
  CHECK(rejected[0].key == "v1");
  CHECK(rejected[0].reason.find("1000") != std::string::npos);
  CHECK(batch.volumes.present.size() == 2);
  CHECK(batch.volumes.complete);
  CHECK(batch.volumes.also_present == std::vector<std::string>{"v1"});
  CHECK(batch.containers.present.size() == 1);
}
