#include "persistence/sanitize.hpp"
#include "persistence/text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace std::string_literals;

namespace {

std::string cleaned(std::string text) {
  clean(text);
  return text;
}

} // namespace

TEST_CASE("text that a database can hold is left as it is") {
  for (const auto& text : {""s, "plain"s, "Größe 中 🚢 \x01\x7f"s, "\xEF\xBF\xBD"s,
                           "\xED\x9F\xBF\xEE\x80\x80"s, "\xF4\x8F\xBF\xBF"s}) {
    auto copy = text;
    CHECK_FALSE(clean(copy));
    CHECK(copy == text);
  }
}

TEST_CASE("U+0000 and what is not UTF-8 become U+FFFD, the rest stays") {
  CHECK(cleaned("a\0b"s) == "a\uFFFDb");
  CHECK(cleaned("\0"s) == "\uFFFD");
  CHECK(cleaned("a\x80z") == "a\uFFFDz");
  CHECK(cleaned("end\xC3") == "end\uFFFD");
  CHECK(cleaned("\xC0\xAF") == "\uFFFD\uFFFD");                     // an overlong '/'
  CHECK(cleaned("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");           // half of a surrogate pair
  CHECK(cleaned("\xF4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD"); // above U+10FFFF
  CHECK(cleaned("\xE4\xB8x") == "\uFFFD\uFFFDx");
}

TEST_CASE("times are text of one width that sorts as time does") {
  CHECK(iso_time(never).empty());
  CHECK(iso_time(1) == "1970-01-01T00:00:00.000000001Z");
  CHECK(iso_time(1'714'564'800'123'456'789) == "2024-05-01T12:00:00.123456789Z");
  CHECK(iso_time(1'709'164'800'000'000'000) == "2024-02-29T00:00:00.000000000Z");
  CHECK(iso_time(-1) == "1969-12-31T23:59:59.999999999Z");
  CHECK(iso_time(INT64_MAX) == "2262-04-11T23:47:16.854775807Z");
}

TEST_CASE("labels become one JSON object with every character kept") {
  CHECK(json_object({}) == "{}");
  CHECK(json_object({{"b", "2"}, {"a", "1"}}) == R"({"a":"1","b":"2"})");
  CHECK(json_object({{"q\"\\", "line\nbreak\x01"}}) == R"({"q\"\\":"line\nbreak\u0001"})");
}

TEST_CASE("a tidy batch has one row per key and says what it left out") {
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
  const auto x = tidied(raw);
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

TEST_CASE("text that is no key is cut, and not within a character") {
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
  const auto x = tidied(raw).batch;
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

TEST_CASE("a text is cut only where it is too long") {
  for (const std::string text : {"", "four"}) {
    auto copy = text;
    cut(copy, 4);
    CHECK(copy == text);
  }
  std::string euros = "\u20ac\u20ac";
  cut(euros, 5);
  CHECK(euros == "\u20ac");
  cut(euros, 2);
  CHECK(euros.empty());
}

TEST_CASE("a host without a usable name has all its rows rejected") {
  change_batch raw;
  raw.volumes.present.emplace_back().name = "v";
  raw.containers.present.emplace_back().id = "c";
  raw.volumes.gone = {"w"};
  raw.volumes.complete = true;
  for (const auto& name : {""s, std::string(254, 'h')}) {
    raw.host = name;
    const auto x = tidied(raw);
    CHECK(x.batch == change_batch{});
    CHECK(x.rejected.size() == 2);
  }
}
