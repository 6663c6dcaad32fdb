#include "config/setting_table.hpp"
#include "metrics/metrics.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace {

using names = std::set<std::string>;

std::string text_of(const std::string& file) {
  std::ifstream stream{std::string{VOLUMEVIZ_SOURCE_DIR "/"} + file};
  REQUIRE_MESSAGE(stream, file);
  return {std::istreambuf_iterator{stream}, {}};
}

/// All matches of the pattern's first group in the text.
names all_in(const std::string& text, const char* pattern) {
  const std::regex expression{pattern};
  names result;
  for (std::sregex_iterator it{text.begin(), text.end(), expression}, end; it != end; ++it)
    result.insert(it->str(1));
  return result;
}

names without(const names& all, const names& known) {
  names result;
  std::ranges::set_difference(all, known, std::inserter(result, result.end()));
  return result;
}

std::string joined(const names& all) {
  std::string result;
  for (const auto& each : all)
    result += each + ' ';
  return result;
}

names setting_names() {
  names result;
  for (const auto& each : volumeviz::config::setting_table())
    result.emplace(each.name);
  return result;
}

/// The names of all metric families, over all roles of nodes.
names metric_names() {
  using volumeviz::metrics::catalogue;
  using enum volumeviz::node_role;
  catalogue with_rows{standalone};
  with_rows.count_rows(volumeviz::inventory_counts{});
  return all_in(with_rows.render() + catalogue{agent}.render()
                    + catalogue{hub}.render({}, volumeviz::never),
                "# TYPE ([a-z_]+) ");
}

/// The metrics that a text names, without the suffixes of a histogram's samples.
names metrics_named_in(const std::string& text) {
  const auto known = metric_names();
  names result;
  for (const auto& name : all_in(text, "\\b((?:volumeviz_events|process)_[a-z_]*[a-z])\\b")) {
    const auto family = std::regex_replace(name, std::regex{"_(bucket|sum|count)$"}, "");
    result.insert(known.contains(name) ? name : family);
  }
  return result;
}

/// The anchor of a heading: lower case, dashes for blanks, without other signs.
std::string anchor_of(const std::string& heading) {
  std::string result;
  for (const auto c : heading) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) || c == '-' || c == '_')
      result.push_back(static_cast<char>(std::tolower(letter)));
    else if (c == ' ')
      result.push_back('-');
  }
  return result;
}

names anchors_in(const std::string& document) {
  names result;
  std::istringstream lines{document};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with('#'))
      result.insert(anchor_of(line.substr(std::min(line.size(), line.find_first_not_of("# ")))));
  return result;
}

} // namespace

TEST_CASE("operations.md has a row with the right default for every setting") {
  const auto text = text_of("docs/operations.md");
  for (const auto& each : volumeviz::config::setting_table()) {
    CAPTURE(each.name);
    const auto row = "| `" + std::string{each.name} + "` | ";
    const auto at = text.find(row);
    REQUIRE(at != std::string::npos);
    const auto shown =
        text.substr(at + row.size(), text.find(" |", at + row.size()) - at - row.size());
    const bool right =
        shown == '`' + std::string{each.default_text} + '`' || shown == each.default_text;
    CHECK_MESSAGE(right, shown);
  }
}

TEST_CASE("example.env names every setting and no other") {
  const auto named = all_in(text_of("deploy/example.env"), "(?:^|\\n)#?([A-Z_]+)=");
  CHECK(joined(without(setting_names(), named)) == "");
  CHECK(joined(without(named, setting_names())) == "");
}

TEST_CASE("documents and deployment files name no setting that does not exist") {
  for (const auto* file :
       {"README.md", "docs/operations.md", "docs/fleet.md", "deploy/compose.yaml",
        "deploy/compose.hub.yaml", "deploy/compose.agent.yaml", "deploy/container/Dockerfile",
        "deploy/run", "deploy/demo", "deploy/fleet", "deploy/systemd/fleet-tls.conf"}) {
    CAPTURE(file);
    const auto named = all_in(text_of(file), "\\b((?:EVENTS|HTTP|NODE|HUB|LOG|ACTOR)_[A-Z_]+)\\b");
    CHECK(joined(without(named, setting_names())) == "");
  }
}

TEST_CASE("operations.md explains every metric") {
  const auto named = metrics_named_in(text_of("docs/operations.md"));
  names ours;
  for (const auto& name : metric_names())
    if (name.starts_with("volumeviz_"))
      ours.insert(name);
  CHECK(joined(without(ours, named)) == "");
}

TEST_CASE("alerts, dashboard and documents name no metric that does not exist") {
  // The actors' metrics have samples only in a running node.
  const auto known = [] {
    auto result = metric_names();
    for (const auto* actor : {"mailbox_messages", "mailbox_limit", "handled_total", "dropped_total",
                              "busy_seconds_total", "restarts_total"})
      result.insert(std::string{"volumeviz_events_actor_"} + actor);
    return result;
  }();
  for (const auto* file :
       {"deploy/prometheus/alerts.yml", "deploy/prometheus/alerts_test.yml",
        "deploy/prometheus/alerts_of_days_test.yml", "deploy/grafana/dashboard.json", "README.md",
        "docs/operations.md", "docs/fleet.md"}) {
    CAPTURE(file);
    CHECK(joined(without(metrics_named_in(text_of(file)), known)) == "");
  }
}

TEST_CASE("every alert links to its section in operations.md") {
  const auto rules = text_of("deploy/prometheus/alerts.yml");
  const auto anchors = anchors_in(text_of("docs/operations.md"));
  const auto alerts = all_in(rules, "- alert: (\\w+)");
  CHECK(alerts.size() >= 6);
  for (const auto& alert : alerts) {
    CAPTURE(alert);
    CHECK(anchors.contains(anchor_of(alert)));
    CHECK(rules.find("runbook_url: docs/operations.md#" + anchor_of(alert)) != std::string::npos);
  }
}

TEST_CASE("every link between documents has a target") {
  for (const std::string file : {"README.md", "docs/operations.md", "docs/fleet.md"}) {
    const auto text = text_of(file);
    const auto folder = file.starts_with("docs/") ? std::string{"docs/"} : std::string{};
    for (const auto& link : all_in(text, "\\]\\(([^)#:]*(?:#[a-z0-9_-]+)?)\\)")) {
      CAPTURE(link);
      const auto hash = link.find('#');
      const auto target = hash == 0 ? file : folder + link.substr(0, hash);
      if (target.ends_with('/'))
        continue;
      const auto linked = text_of(target);
      if (hash != std::string::npos)
        CHECK(anchors_in(linked).contains(link.substr(hash + 1)));
    }
  }
}

TEST_CASE("the dashboard is valid for Grafana: panels with ids, places and queries") {
  const auto dashboard = boost::json::parse(text_of("deploy/grafana/dashboard.json")).as_object();
  CHECK_FALSE(dashboard.at("title").as_string().empty());
  CHECK(dashboard.at("schemaVersion").as_int64() > 0);
  std::set<std::int64_t> ids;
  for (const auto& value : dashboard.at("panels").as_array()) {
    const auto& panel = value.as_object();
    CAPTURE(panel.at("title").as_string());
    CHECK(ids.insert(panel.at("id").as_int64()).second);
    const auto& place = panel.at("gridPos").as_object();
    CHECK(place.at("x").as_int64() + place.at("w").as_int64() <= 24);
    CHECK_FALSE(panel.at("targets").as_array().empty());
    for (const auto& target : panel.at("targets").as_array())
      CHECK_FALSE(target.as_object().at("expr").as_string().empty());
  }
  CHECK(ids.size() > 10);
}
