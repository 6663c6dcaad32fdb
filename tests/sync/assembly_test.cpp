#include "sync/assembly.hpp"
#include "tests/sync/chunk_bench.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

TEST_CASE("batches that arrive at the same time do not mix") {
  auto first = cut(some_batch(20, 0, 0, 100), 1000);
  auto second = cut(some_batch(0, 3, 0, 0), 100'000);
  REQUIRE(first.size() > 2);
  assembly hub;
  REQUIRE(hub.add(chunk_of(1, 0, false, first[0])));
  const auto between = send(hub, 2, std::move(second));
  REQUIRE(between);
  CHECK(between->containers.present.size() == 3);
  CHECK(between->volumes.present.empty());
  std::size_t volumes = 0;
  for (std::uint32_t i = 1; i < first.size(); ++i) {
    auto answer = hub.add(chunk_of(1, i, i + 1 == first.size(), first[i]));
    REQUIRE(answer);
    if (*answer)
      volumes = (*answer)->batch.volumes.present.size();
  }
  CHECK(volumes == 20);
}

TEST_CASE("a chunk out of order is refused, and its batch is forgotten") {
  assembly hub;
  REQUIRE(hub.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 0))));
  const auto skipped = hub.add(chunk_of(1, 2, true));
  REQUIRE_FALSE(skipped);
  CHECK(skipped.error().code == ec::bad_request);
  CHECK(hub.bytes() == 0);
  CHECK_FALSE(hub.add(chunk_of(1, 1, true)));
}

TEST_CASE("an agent can't make the hub hold more told times than resources") {
  assembly hub{{.most_resources = 5}};
  change_batch part;
  part.containers.told = {{"a", 1}, {"b", 2}, {"c", 3}};
  REQUIRE(hub.add(chunk_of(1, 0, false, part)));
  CHECK(hub.bytes() > 3 * sizeof(told_change));
  CHECK_FALSE(hub.add(chunk_of(1, 1, true, part)));
  CHECK(hub.bytes() == 0);
  part.containers.told = {{std::string(key_most + 1, 'x'), 1}, {"b", 2}, {"a", 3}, {"a", 4}};
  const auto whole = send(hub, 2, {part});
  REQUIRE(whole);
  CHECK(whole->containers.told == std::vector<told_change>{{"a", 4}, {"b", 2}});
}

TEST_CASE("a complete batch is not accepted a second time") {
  assembly hub;
  REQUIRE(send(hub, 7, {change_batch{}}));
  CHECK_FALSE(hub.add(chunk_of(7, 0, true)));
}

TEST_CASE("batches that an agent has given up make room for newer ones") {
  assembly hub{{.most_bytes = 1'000'000, .most_batches = 3}};
  for (std::uint64_t seq = 1; seq <= 10; ++seq)
    REQUIRE(hub.add(chunk_of(seq, 0, false, some_batch(1, 0, 0, 100))));
  assembly one{{.most_bytes = 1'000'000, .most_batches = 3}};
  REQUIRE(one.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 100))));
  CHECK(hub.bytes() == 3 * one.bytes());
  CHECK(hub.add(chunk_of(10, 1, true)));
  CHECK_FALSE(hub.add(chunk_of(1, 1, true)));
}

TEST_CASE("an agent can't make the hub hold more bytes than the host's limit") {
  assembly hub{{.most_bytes = 3500, .most_batches = 8}};
  REQUIRE(hub.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 1500))));
  const auto refused = hub.add(chunk_of(2, 0, false, some_batch(1, 0, 0, 1500)));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::queue_full);
  CHECK(hub.add(chunk_of(1, 1, true)));
  CHECK(hub.bytes() == 0);
}

TEST_CASE("batches whose next chunk is overdue are forgotten, and their bytes given back") {
  const assembly::time_point start{std::chrono::hours{1}};
  assembly hub;
  REQUIRE(hub.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 1500)), start));
  REQUIRE(hub.add(chunk_of(2, 0, false, some_batch(1, 0, 0, 1500)), start));
  REQUIRE(hub.add(chunk_of(2, 1, false), start + std::chrono::seconds{20}));
  hub.drop_overdue(start + std::chrono::seconds{29});
  CHECK(hub.unfinished() == 2);
  hub.drop_overdue(start + std::chrono::seconds{31});
  CHECK(hub.unfinished() == 1);
  for (std::uint32_t i = 2; i < 16; ++i) // a chunk every 20 s keeps the batch for five minutes
    REQUIRE(hub.add(chunk_of(2, i, false), start + std::chrono::seconds{20 * i}));
  hub.drop_overdue(start + std::chrono::seconds{301});
  CHECK(hub.unfinished() == 0);
  CHECK(hub.bytes() == 0);
}

TEST_CASE("all hosts share one budget; a chunk beyond it may be sent again") {
  auto all = std::make_shared<byte_budget>(5000);
  assembly a{{}, all}, b{{}, all};
  REQUIRE(a.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 3000))));
  const auto refused = b.add(chunk_of(1, 0, true, some_batch(1, 0, 0, 3000)));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::queue_full);
  {
    const auto whole = a.add(chunk_of(1, 1, true));
    REQUIRE(whole);
    CHECK(all->held() > 3000); // while the batch waits
  }
  CHECK(all->held() == 0);
  CHECK(b.add(chunk_of(1, 0, true, some_batch(1, 0, 0, 3000))));
  CHECK(all->held() == 0);
}

TEST_CASE("the resources of a kind are limited for each host") {
  assembly hub{{.most_resources = 100, .most_mounts = 5}};
  REQUIRE(hub.add(chunk_of(1, 0, false, some_batch(60, 60, 20, 0))));
  const auto refused = hub.add(chunk_of(1, 1, true, some_batch(30, 0, 0, 0)));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::bad_request);
  CHECK(refused.error().text.find("100 resources") != std::string::npos);
  CHECK(hub.bytes() == 0);
  auto mounts = some_batch(0, 1, 0, 0);
  mounts.containers.present[0].mounts.resize(6);
  CHECK_FALSE(hub.add(chunk_of(2, 0, true, mounts)));
}

TEST_CASE("what a list spares is limited over all its chunks") {
  const auto names = [](std::size_t n) { return std::vector<std::string>(n, "nas"); };
  for (const auto which : {&spared_rows::drivers, &spared_rows::known}) {
    assembly hub;
    change_batch part;
    part.volumes.spared.*which = names(600);
    REQUIRE(hub.add(chunk_of(1, 0, false, part)));
    const auto refused = hub.add(chunk_of(1, 1, true, part));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ec::bad_request);
    CHECK(refused.error().text.find("1000 drivers") != std::string::npos);
    CHECK(hub.bytes() == 0);
    part.containers.spared.*which = names(1001);
    CHECK_FALSE(hub.add(chunk_of(2, 0, true, part)));
    part = {};
    part.volumes.spared.*which = {std::string(5000, 'x')};
    CHECK_FALSE(hub.add(chunk_of(3, 0, true, part)));
    part.volumes.spared.*which = names(1000);
    CHECK(hub.add(chunk_of(4, 0, true, part)));
  }
  assembly hub{{.most_resources = 100}};
  change_batch part;
  part.volumes.spared.unverified = names(60);
  REQUIRE(hub.add(chunk_of(1, 0, false, part)));
  CHECK_FALSE(hub.add(chunk_of(1, 1, true, part)));
}

TEST_CASE("a resource heavier than an agent may send is refused") {
  assembly hub;
  change_batch part;
  part.volumes.present = {some_volume("v", 2'000'000)};
  REQUIRE(hub.add(chunk_of(1, 0, false, part)));
  part.volumes.present = {some_volume("v", 2'200'000)};
  const auto refused = hub.add(chunk_of(1, 1, true, part));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::bad_request);
  CHECK(hub.bytes() == 0);
  part = {};
  part.containers.present.emplace_back().image = std::string(2'200'000, 'x');
  CHECK_FALSE(hub.add(chunk_of(2, 0, true, part)));
  auto heavy = some_batch(2, 0, 0, 2'200'000); // an agent takes such resources out
  CHECK(remove_oversized(heavy, assembly::limits{}.most_resource_bytes).size() == 2);
  CHECK(hub.add(chunk_of(3, 0, true, heavy)));
}

TEST_CASE("keys longer than any row's are dropped, since they would only take memory") {
  assembly hub;
  change_batch part;
  const std::string endless(100'000, 'k');
  part.volumes.gone = {endless, "v"};
  part.volumes.also_present = {"w", endless};
  part.volumes.spared.unverified = {endless};
  part.containers.gone = {endless};
  part.containers.also_present = {endless};
  const auto whole = send(hub, 1, {part});
  REQUIRE(whole);
  CHECK(whole->volumes.gone == std::vector<std::string>{"v"});
  CHECK(whole->volumes.also_present == std::vector<std::string>{"w"});
  CHECK(whole->volumes.spared.unverified.empty());
  CHECK(whole->containers.gone.empty());
  CHECK(whole->containers.also_present.empty());
}

TEST_CASE("everything in a chunk counts as bytes") {
  change_batch facts, keys, labels;
  facts.facts.engine_version = std::string(5000, 'x');
  keys.volumes.also_present = {std::string(5000, 'x')};
  labels.volumes.present.emplace_back().labels = {{"a", ""}, {"b", ""}};
  for (const auto& part : {facts, keys}) {
    assembly hub;
    REQUIRE(hub.add(chunk_of(1, 0, false, part)));
    CHECK(hub.bytes() > 5000);
  }
  assembly hub;
  REQUIRE(hub.add(chunk_of(1, 0, false, labels)));
  CHECK(hub.bytes() > sizeof(volume) + 2 * (2 * sizeof(std::string) + 40));
}
