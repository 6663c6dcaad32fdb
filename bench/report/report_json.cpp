#include "bench/report/report_json.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace volumeviz::bench {

namespace json = boost::json;

namespace {

constexpr int format = 1;

json::object to_json(const spread& x) {
  return {{"median", x.median}, {"min", x.min}, {"max", x.max}};
}

json::object to_json(const row& x) {
  json::object result{{"name", x.name},
                      {"unit", x.unit},
                      {"better", x.more_is_better ? "more" : "less"},
                      {"values", json::value_from(x.values)},
                      {"value", to_json(spread_of(x.values))}};
  if (!x.floors.empty()) {
    result["floors"] = json::value_from(x.floors);
    result["floor"] = to_json(spread_of(x.floors));
    result["ratio"] = to_json(spread_of(x.ratios()));
  }
  return result;
}

std::vector<double> numbers_of(const json::value& list) {
  std::vector<double> result;
  for (const auto& x : list.as_array())
    result.push_back(x.to_number<double>());
  return result;
}

row row_of(const json::object& x) {
  row result{.name = json::value_to<std::string>(x.at("name")),
             .unit = json::value_to<std::string>(x.at("unit")),
             .more_is_better = x.at("better").as_string() == "more",
             .values = numbers_of(x.at("values")),
             .floors = {}};
  if (const auto* floors = x.if_contains("floors"))
    result.floors = numbers_of(*floors);
  if (!result.floors.empty() && result.floors.size() != result.values.size())
    throw std::runtime_error{result.name + " has a different number of values and floors"};
  return result;
}

} // namespace

json::object to_json(const report& of, json::object machine) {
  json::array rows;
  for (const auto& x : of.rows())
    rows.push_back(to_json(x));
  return {{"format", format},
          {"quick", of.quick()},
          {"machine", std::move(machine)},
          {"rows", std::move(rows)}};
}

report report_of(const std::string& json_text) try {
  const auto all = json::parse(json_text).as_object();
  if (all.at("format").as_int64() != format)
    throw std::runtime_error{"its format is not " + std::to_string(format)};
  report result{all.at("quick").as_bool()};
  for (const auto& x : all.at("rows").as_array())
    result.add(row_of(x.as_object()));
  return result;
} catch (const std::exception& e) {
  throw std::runtime_error{std::string{"this is not a report of deploy/bench: "} + e.what()};
}

} // namespace volumeviz::bench
