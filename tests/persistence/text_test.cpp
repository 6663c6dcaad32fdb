#include "persistence/sanitize.hpp"
#include "persistence/text.hpp"
#include "tests/persistence/testbed.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;
using namespace std::string_literals;

TEST_CASE("labels become one JSON object with every character kept") {
  CHECK(json_object({}) == "{}");
  CHECK(json_object({{"b", "2"}, {"a", "1"}}) == R"({"a":"1","b":"2"})");
  CHECK(json_object({{"q\"\\", "line\nbreak\x01"}}) == R"({"q\"\\":"line\nbreak\u0001"})");
}

TEST_CASE("a sanitized batch has one row per key and lists the rejected rows") {
  change_batch raw;
  raw.host = "h";
  volume first;
  first.name = "v";
  first.driver = "first";
  auto second = first;
  second.driver = "second";
  volume nameless, endless;
  endless.name = std::string(1025, 'x');
  raw.volumes.present = {first, nameless, second, endless};
  container c;
  c.id = "c";
  c.labels = {{"a\0"s, "x\0"s}, {"b", "fine"}};
  c.mounts = {
      {"v", "/p", true}, {"v", "/p", false}, {"v", std::string(4097, 'p'), true}, {"", "/q", true}};
  raw.containers.present = {c};
  raw.volumes.told = {{"a\0"s, 5}, {"a", 6}};
  const auto x = sanitized(raw);
  CHECK(x.batch.volumes.told == std::vector<told_change>{{"a", 6}, {"a\uFFFD", 5}});
  REQUIRE(x.batch.volumes.present.size() == 1);
  CHECK(x.batch.volumes.present[0].driver == "second");
  REQUIRE(x.batch.containers.present.size() == 1);
  CHECK(x.batch.containers.present[0].mounts == std::vector<mount>{{"v", "/p", false}});
  CHECK(x.batch.containers.present[0].labels == key_values{{"a\uFFFD", "x\uFFFD"}, {"b", "fine"}});
  CHECK(x.replaced_text == 2);
  REQUIRE(x.rejected.size() == 4);
  CHECK(x.rejected[1].reason == "the volume's name has 1025 bytes, more than 1024");
  CHECK(x.rejected[1].key.size() == 256);
  CHECK(x.rejected[2].kind == row_kind::mount);
  CHECK(x.rejected[2].key == "c");
}

TEST_CASE("a packed list is sanitized alike, and stays packed when it is clean") {
  const auto good = batch_of({a_volume("v"), a_volume("w")},
                             {a_container("c", {{"v", "/a", true}, {"v", "/b", false}})});
  const auto clean = sanitized(packed(good)).batch;
  CHECK(clean.volumes.present.empty());
  CHECK(clean.volumes.listed.unpacked() == sanitized(good).batch.volumes.present);
  CHECK(clean.containers.listed.unpacked() == sanitized(good).batch.containers.present);

  std::vector<change_batch> dirty(9, good);
  dirty[0].volumes.present[1].labels = {{"k", "a\0b"s}};
  dirty[1].volumes.present[1].name = "v";
  dirty[2].volumes.present[0].name.clear();
  dirty[3].volumes.present[0].name = std::string(1025, 'x');
  dirty[4].volumes.present[0].driver = std::string(513, 'x');
  dirty[5].containers.present[0].mounts[0].path = "/b";
  dirty[6].containers.present[0].mounts[0].volume.clear();
  dirty[7].containers.present[0].image = std::string(4097, 'x');
  dirty[8].containers.present[0].mounts[0].path = "\xff";
  for (const auto& batch : dirty) {
    const auto in_memory = sanitized(batch), from_list = sanitized(packed(batch));
    CHECK(from_list.batch == in_memory.batch);
    CHECK(from_list.rejected == in_memory.rejected);
    CHECK(from_list.replaced_text == in_memory.replaced_text);
    CHECK_FALSE(in_memory.batch == batch);
  }
}

TEST_CASE("text that is not a key is cut, and not within a character") {
  const std::string endless = std::string(511, 'x') + "\u00e4" + std::string(100'000, 'y');
  change_batch raw;
  raw.host = "h";
  volume v;
  v.name = "v";
  v.driver = v.scope = v.mountpoint = endless;
  raw.volumes.present = {v};
  container c;
  c.id = "c";
  c.name = c.image = c.state = c.status = endless;
  raw.containers.present = {c};
  raw.facts.engine_id = raw.facts.engine_version = endless;
  raw.volumes.spared = {.drivers = {endless}, .known = {endless}};
  const auto x = sanitized(raw).batch;
  REQUIRE(x.volumes.present.size() == 1);
  const auto& kept = x.volumes.present[0];
  CHECK(kept.driver == std::string(511, 'x'));
  CHECK(kept.scope == kept.driver);
  CHECK(kept.mountpoint == endless.substr(0, 4096));
  REQUIRE(x.containers.present.size() == 1);
  CHECK(x.containers.present[0].state == kept.driver);
  for (const auto* text : {&x.containers.present[0].name, &x.containers.present[0].image,
                           &x.containers.present[0].status})
    CHECK(text->size() == 4096);
  CHECK(x.facts.engine_id.size() == 256);
  CHECK(x.facts.engine_version.size() == 256);
  // A driver is still known by its name.
  CHECK(spares(x.volumes.spared, kept.driver));
  CHECK(x.volumes.spared.known.front() == kept.driver);
}

TEST_CASE("a host without a usable name has all its rows rejected") {
  change_batch raw;
  raw.volumes.present.emplace_back().name = "v";
  raw.containers.present.emplace_back().id = "c";
  raw.volumes.gone = {"w"};
  raw.volumes.complete = true;
  for (const auto& name : {""s, std::string(254, 'h')}) {
    raw.host = name;
    const auto x = sanitized(raw);
    CHECK(x.batch == change_batch{});
    CHECK(x.rejected.size() == 2);
  }
}
