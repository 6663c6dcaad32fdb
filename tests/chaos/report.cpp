#include "tests/chaos/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

namespace volumeviz::chaos {

namespace {

std::string number(double x) {
  return std::to_string(std::lround(x));
}

double middle(std::vector<double> values) {
  if (values.empty())
    return -1;
  std::ranges::sort(values);
  return values[(values.size() - 1) / 2];
}

std::string seconds_of(double milliseconds) {
  std::ostringstream out;
  out.precision(2);
  out << std::fixed << milliseconds / 1000;
  return milliseconds < 0 ? "-" : out.str();
}

/// What all episodes of one fault on one database come to.
struct row {
  std::vector<double> exact, healthy, noticed;
  std::set<std::string> statuses;
  int n = 0, failures = 0, wrong = 0, wrong_healthy = 0;
  double staleness = 0, failed = 0, dropped = 0;

  void add(const episode& x) {
    ++n;
    failures += !x.trouble.empty();
    wrong += x.wrong;
    wrong_healthy += x.wrong && x.status_wrong == "healthy";
    staleness = std::max(staleness, x.staleness);
    failed += x.failed;
    dropped += x.dropped;
    if (x.exact >= 0)
      exact.push_back(x.exact);
    if (x.healthy >= 0)
      healthy.push_back(x.healthy);
    if (x.noticed >= 0)
      noticed.push_back(x.noticed);
    std::istringstream words{x.statuses};
    for (std::string word; std::getline(words >> std::ws, word, ',');)
      statuses.insert(word);
  }
};

std::string shown(const std::string& fault, const std::string& database, const row& x) {
  const auto greatest = [](const std::vector<double>& values) {
    return values.empty() ? -1 : *std::ranges::max_element(values);
  };
  std::string statuses;
  for (const auto& each : x.statuses)
    statuses += (statuses.empty() ? "" : ", ") + each;
  std::ostringstream out;
  out << "| " << fault << " | " << database << " | " << x.n << " | " << seconds_of(middle(x.exact))
      << " | " << seconds_of(greatest(x.exact)) << " | " << seconds_of(middle(x.healthy)) << " | "
      << seconds_of(greatest(x.healthy)) << " | " << statuses << " | " << x.noticed.size() << ", "
      << seconds_of(middle(x.noticed)) << " | " << x.wrong << ", " << x.wrong_healthy << " | "
      << number(x.staleness) << " | " << number(x.failed) << ", " << number(x.dropped) << " | "
      << x.failures << " |\n";
  return out.str();
}

} // namespace

std::string to_line(const episode& x) {
  std::ostringstream out;
  out << x.fault << '\t' << x.database << '\t' << x.lasted << '\t' << x.noticed << '\t'
      << x.staleness << '\t' << x.statuses << '\t' << x.reason << '\t' << x.wrong << '\t'
      << x.status_wrong << '\t' << x.exact << '\t' << x.healthy << '\t' << x.failed << '\t'
      << x.dropped << '\t' << (x.trouble.empty() ? "" : "trouble");
  return out.str();
}

episode from_line(const std::string& line) {
  std::istringstream in{line};
  const auto next = [&] {
    std::string field;
    std::getline(in, field, '\t');
    return field;
  };
  const auto next_number = [&] { return std::strtod(next().c_str(), nullptr); };
  episode x;
  x.fault = next();
  x.database = next();
  x.lasted = next_number();
  x.noticed = next_number();
  x.staleness = next_number();
  x.statuses = next();
  x.reason = next();
  x.wrong = next() == "1";
  x.status_wrong = next();
  x.exact = next_number();
  x.healthy = next_number();
  x.failed = next_number();
  x.dropped = next_number();
  x.trouble = next();
  return x;
}

std::string table_of(const std::vector<episode>& episodes) {
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, row> rows;
  for (const auto& x : episodes) {
    const auto [found, fresh] = rows.try_emplace({x.fault, x.database});
    if (fresh)
      order.push_back(found->first);
    found->second.add(x);
  }
  std::string result =
      "| fault | database | n | exact again, s: p50 | max | healthy again, s: p50 | max | health "
      "meanwhile | noticed: n, s p50 | rows wrong: n, while healthy | staleness max, s | events "
      "failed, dropped | not recovered |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  std::ranges::sort(order);
  for (const auto& key : order)
    result += shown(key.first, key.second, rows[key]);
  return result;
}

} // namespace volumeviz::chaos
