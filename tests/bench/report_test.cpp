#include "bench/report/comparison.hpp"
#include "bench/report/report_json.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <initializer_list>
#include <stdexcept>
#include <string>

using namespace volumeviz::bench;

namespace {

/// A report of an earlier run, as deploy/bench --json writes it.
constexpr const char* earlier = R"({
  "format": 1,
  "quick": false,
  "machine": {"cores": 2},
  "rows": [
    {"name": "latency", "unit": "ms", "better": "less", "values": [3.0, 2.0, 2.2], "floors": [1.5, 1.0, 1.0]},
    {"name": "memory", "unit": "MB", "better": "less", "values": [20, 21, 22]},
    {"name": "rate", "unit": "1/s", "better": "more", "values": [5000, 5100, 5200]},
    {"name": "gone", "unit": "ms", "better": "less", "values": [1]}
  ]
})";

row row_of(const char* name, std::vector<double> values, std::vector<double> floors = {},
           bool more_is_better = false) {
  return {.name = name,
          .unit = "ms",
          .more_is_better = more_is_better,
          .values = std::move(values),
          .floors = std::move(floors)};
}

report report_with(std::initializer_list<row> rows) {
  report result;
  for (const auto& x : rows)
    result.add(x);
  return result;
}

verdict verdict_of(const row& before, const row& now) {
  return compare(report_with({before}), report_with({now})).at(0).judged;
}

} // namespace

TEST_CASE("a spread has the median, the least and the greatest value") {
  const auto odd = spread_of({3, 1, 2});
  CHECK(odd.median == 2);
  CHECK(odd.min == 1);
  CHECK(odd.max == 3);
  CHECK(spread_of({4, 1, 2, 3}).median == 2.5);
  CHECK(spread_of({}).width() == 0);
}

TEST_CASE("repetitions of a row are gathered, and each is divided by its own floor") {
  report x;
  x.add({.row = "latency", .unit = "ms", .value = 3, .floor = 1.5});
  x.add({.row = "memory", .unit = "MB", .value = 20});
  x.add({.row = "latency", .unit = "ms", .value = 2, .floor = 0.5});
  REQUIRE(x.rows().size() == 2);
  CHECK(x.rows()[0].ratios() == std::vector<double>{2, 4});
  CHECK(x.rows()[1].ratios().empty());
  CHECK_THROWS_AS(x.add({.row = "latency", .unit = "ms", .value = 2}), std::logic_error);
  CHECK_THROWS_AS(x.add({.row = "memory", .unit = "MB", .value = 2, .floor = 1}), std::logic_error);
}

TEST_CASE("a table has a line for each row, with its ratio") {
  const auto text = table(report_of(earlier));
  CHECK(text.find("latency") != std::string::npos);
  CHECK(text.find("2.00") != std::string::npos);
  CHECK(text.find("5100") != std::string::npos);
  CHECK(table(report_of(earlier), 3).find("memory") == std::string::npos);
}

TEST_CASE("a report as Markdown has a line for each row, with value, floor and ratio") {
  const auto text = markdown(report_of(earlier));
  CHECK(text.find("| `latency` | 2.20 (2 to 3) ms | 1 ms | 2.00 (2.00 to 2.20) |\n")
        != std::string::npos);
  CHECK(text.find("| `memory` | 21 (20 to 22) MB | | |\n") != std::string::npos);
}

TEST_CASE("a report survives its way through JSON") {
  const auto before = report_of(earlier);
  const auto text = boost::json::serialize(to_json(before, {{"cores", 2}}));
  const auto after = report_of(text);
  REQUIRE(after.rows().size() == before.rows().size());
  for (std::size_t i = 0; i < after.rows().size(); ++i) {
    CHECK(after.rows()[i].name == before.rows()[i].name);
    CHECK(after.rows()[i].values == before.rows()[i].values);
    CHECK(after.rows()[i].floors == before.rows()[i].floors);
    CHECK(after.rows()[i].more_is_better == before.rows()[i].more_is_better);
  }
}

TEST_CASE("a text that is not a report is refused") {
  for (const char* text :
       {"", "[]", "{}", R"({"format": 2, "quick": false, "rows": []})",
        R"({"format": 1, "quick": false, "rows": [{"name": "x", "unit": "ms", "better": "less",
                                                     "values": [1], "floors": [1, 2]}]})"})
    CHECK_THROWS_AS(report_of(text), std::runtime_error);
}

TEST_CASE("a row is worse only when its median moved by more than both spreads") {
  CHECK(verdict_of(row_of("x", {1, 2, 3}), row_of("x", {2, 3, 4})) == verdict::same);
  CHECK(verdict_of(row_of("x", {1, 2, 3}), row_of("x", {4, 4.5, 5})) == verdict::worse);
  CHECK(verdict_of(row_of("x", {4, 4.5, 5}), row_of("x", {1, 2, 3})) == verdict::better);
  CHECK(verdict_of(row_of("x", {2, 2, 2}), row_of("x", {1, 5, 6})) == verdict::same);
}

TEST_CASE("a row without a spread may move by a fiftieth") {
  CHECK(verdict_of(row_of("x", {100}), row_of("x", {102})) == verdict::same);
  CHECK(verdict_of(row_of("x", {100}), row_of("x", {103})) == verdict::worse);
}

TEST_CASE("a lower rate is worse") {
  CHECK(verdict_of(row_of("x", {100}, {}, true), row_of("x", {90}, {}, true)) == verdict::worse);
  CHECK(verdict_of(row_of("x", {100}, {}, true), row_of("x", {110}, {}, true)) == verdict::better);
}

TEST_CASE("ratios are compared where both reports have them") {
  // Half as fast, with a floor that is half as fast: a slower machine, not a slower program.
  CHECK(verdict_of(row_of("x", {2, 2}, {1, 1}), row_of("x", {4, 4}, {2, 2})) == verdict::same);
  CHECK(verdict_of(row_of("x", {2, 2}, {1, 1}), row_of("x", {2, 2}, {0.5, 0.5})) == verdict::worse);
  CHECK(verdict_of(row_of("x", {2, 2}), row_of("x", {4, 4}, {2, 2})) == verdict::worse);
}

TEST_CASE("a comparison names rows of one report only, and fails for worse rows only") {
  const auto before = report_of(earlier);
  const auto now = report_with({row_of("latency", {8, 8}, {2, 2}), row_of("new", {1})});
  const auto rows = compare(before, now);
  CHECK(any_worse(rows));
  const auto text = describe(rows);
  CHECK(text.find("only before  gone") != std::string::npos);
  CHECK(text.find("only now     new") != std::string::npos);
  CHECK(text.rfind("WORSE        latency") > text.find("only now"));
  CHECK_THROWS_AS(compare(before, report{true}), std::runtime_error);
  CHECK_FALSE(any_worse(compare(before, before)));
  CHECK_FALSE(any_worse(compare(before, report_with({row_of("new", {1})}))));
}
