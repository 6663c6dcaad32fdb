#include "sync/chunks.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <memory>
#include <utility>

using namespace volumeviz;
using namespace volumeviz::sync;

namespace {

volume some_volume(const std::string& name, std::size_t label_size) {
  volume x;
  x.name = name;
  x.driver = "local";
  x.labels["l"] = std::string(label_size, 'x');
  return x;
}

change_batch some_batch(std::size_t volumes, std::size_t containers, std::size_t gone,
                        std::size_t label_size) {
  change_batch batch;
  batch.host = "h";
  for (std::size_t i = 0; i < volumes; ++i)
    batch.volumes.present.push_back(some_volume("v" + std::to_string(i), label_size));
  for (std::size_t i = 0; i < containers; ++i) {
    container x;
    x.id = "c" + std::to_string(i);
    x.mounts.push_back({.volume = "v0", .path = "/data"});
    batch.containers.present.push_back(std::move(x));
  }
  for (std::size_t i = 0; i < gone; ++i) {
    batch.volumes.gone.push_back("gone" + std::to_string(i));
    batch.containers.gone.push_back("dead" + std::to_string(i));
  }
  batch.volumes.complete = true;
  batch.volumes.spared = {.drivers = {"nas", "tape"},
                          .all = false,
                          .others = true,
                          .known = {"local"},
                          .mounted = true,
                          .unverified = {"v1"},
                          .all_unverified = true};
  batch.containers.spared = {.drivers = {}, .all = true};
  batch.containers.confirmed = true;
  batch.facts.engine_id = "engine";
  return batch;
}

link_chunk chunk_of(std::uint64_t seq, std::uint32_t index, bool last, change_batch part = {}) {
  return {.token = {}, .seq = seq, .index = index, .last = last, .part = std::move(part)};
}

std::size_t resources(const change_batch& x) {
  return x.volumes.present.size() + x.volumes.gone.size() + x.containers.present.size()
         + x.containers.gone.size();
}

/// Sends the parts; what comes out with the last.
std::optional<change_batch> send(assembly& to, std::uint64_t seq, std::vector<change_batch> parts) {
  std::optional<change_batch> whole;
  for (std::uint32_t i = 0; i < parts.size(); ++i) {
    auto answer = to.add(chunk_of(seq, i, i + 1 == parts.size(), std::move(parts[i])));
    REQUIRE(answer);
    if (*answer)
      whole = std::move((*answer)->batch);
  }
  return whole;
}

} // namespace

TEST_CASE("a batch that was cut and put together again is the same") {
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

TEST_CASE("no part is heavier than allowed, but for a single heavy resource") {
  const auto parts = cut(some_batch(100, 0, 0, 100), 1000);
  CHECK(parts.size() > 10);
  for (const auto& part : parts) {
    std::size_t sum = 0;
    for (const auto& x : part.volumes.present)
      sum += weight(x);
    CHECK(sum <= 1000);
  }
  for (const auto& part : cut(some_batch(3, 0, 0, 5000), 1000))
    CHECK(resources(part) == 1);
}

TEST_CASE("only the last part of a list says that it is complete") {
  const auto parts = cut(some_batch(100, 0, 0, 100), 1000);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    CHECK_FALSE(parts[i].volumes.complete);
  CHECK(parts.back().volumes.complete);
  CHECK(parts.back().volumes.spared.drivers.size() == 2);
  CHECK(parts.back().facts.engine_id == "engine");
}

TEST_CASE("an empty batch is one part") {
  auto parts = cut({}, 1000);
  REQUIRE(parts.size() == 1);
  assembly hub;
  CHECK(send(hub, 1, std::move(parts)) == change_batch{});
}

TEST_CASE("batches that are under way at the same time do not mix") {
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

TEST_CASE("a piece out of order is refused, and its batch is forgotten") {
  assembly hub;
  REQUIRE(hub.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 0))));
  const auto skipped = hub.add(chunk_of(1, 2, true));
  REQUIRE_FALSE(skipped);
  CHECK(skipped.error().code == ec::bad_request);
  CHECK(hub.bytes() == 0);
  CHECK_FALSE(hub.add(chunk_of(1, 1, true)));
}

TEST_CASE("a batch that is complete is not taken a second time") {
  assembly hub;
  REQUIRE(send(hub, 7, {change_batch{}}));
  CHECK_FALSE(hub.add(chunk_of(7, 0, true)));
}

TEST_CASE("what an agent has given up makes room for what it sends now") {
  assembly hub{{.most_bytes = 1'000'000, .most_batches = 3}};
  for (std::uint64_t seq = 1; seq <= 10; ++seq)
    REQUIRE(hub.add(chunk_of(seq, 0, false, some_batch(1, 0, 0, 100))));
  assembly one{{.most_bytes = 1'000'000, .most_batches = 3}};
  REQUIRE(one.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 100))));
  CHECK(hub.bytes() == 3 * one.bytes());
  CHECK(hub.add(chunk_of(10, 1, true)));
  CHECK_FALSE(hub.add(chunk_of(1, 1, true)));
}

TEST_CASE("an agent can't make the hub hold more than its share") {
  assembly hub{{.most_bytes = 3000, .most_batches = 8}};
  REQUIRE(hub.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 1500))));
  const auto refused = hub.add(chunk_of(2, 0, false, some_batch(1, 0, 0, 1500)));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::queue_full);
  CHECK(hub.add(chunk_of(1, 1, true)));
  CHECK(hub.bytes() == 0);
}

TEST_CASE("batches that no more comes of are forgotten, and their bytes given back") {
  const assembly::time_point start{std::chrono::hours{1}};
  assembly hub;
  REQUIRE(hub.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 1500)), start));
  REQUIRE(hub.add(chunk_of(2, 0, false, some_batch(1, 0, 0, 1500)), start));
  REQUIRE(hub.add(chunk_of(2, 1, false), start + std::chrono::seconds{20}));
  hub.drop_overdue(start + std::chrono::seconds{29});
  CHECK(hub.unfinished() == 2);
  hub.drop_overdue(start + std::chrono::seconds{31});
  CHECK(hub.unfinished() == 1);
  for (std::uint32_t i = 2; i < 16; ++i) // a drop every 20 s keeps it for five minutes
    REQUIRE(hub.add(chunk_of(2, i, false), start + std::chrono::seconds{20 * i}));
  hub.drop_overdue(start + std::chrono::seconds{301});
  CHECK(hub.unfinished() == 0);
  CHECK(hub.bytes() == 0);
}

TEST_CASE("what all hosts hold together is bounded; a piece that finds no room may come again") {
  auto all = std::make_shared<byte_budget>(5000);
  assembly a{{}, all}, b{{}, all};
  REQUIRE(a.add(chunk_of(1, 0, false, some_batch(1, 0, 0, 3000))));
  const auto refused = b.add(chunk_of(1, 0, true, some_batch(1, 0, 0, 3000)));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::queue_full);
  {
    const auto whole = a.add(chunk_of(1, 1, true));
    REQUIRE(whole);
    CHECK(all->held() > 3000); // as long as the batch waits
  }
  CHECK(all->held() == 0);
  CHECK(b.add(chunk_of(1, 0, true, some_batch(1, 0, 0, 3000))));
  CHECK(all->held() == 0);
}

TEST_CASE("a host may have so many resources of a kind, and no more") {
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

TEST_CASE("what a list spares is bounded, over all of its pieces") {
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

TEST_CASE("a resource heavier than an agent sends is refused") {
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
  auto heavy = some_batch(2, 0, 0, 2'200'000); // an agent sets aside what would be refused
  CHECK(remove_oversized(heavy, assembly::limits{}.most_resource_bytes).size() == 2);
  CHECK(hub.add(chunk_of(3, 0, true, heavy)));
}

TEST_CASE("keys longer than any row's are dropped: they say nothing, and would be kept for long") {
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

TEST_CASE("everything that a piece holds weighs something") {
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

TEST_CASE("a resource too heavy for the link is set aside, and a list does not remove its row") {
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
