#include "tests/fleet/episode.hpp"

#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <sstream>

namespace volumeviz::fleet {

using std::chrono::milliseconds;
using support::eventually;

namespace {

// Each check costs the tested processes some work.
constexpr milliseconds check_interval{50};

double since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string column(const std::optional<double>& seconds) {
  std::ostringstream text;
  if (seconds)
    text << std::fixed << std::setprecision(2) << *seconds;
  else
    text << '-';
  return text.str();
}

std::string last_words(const std::string& log) {
  return log.substr(log.size() - std::min<std::size_t>(log.size(), 3000));
}

} // namespace

episode::episode(fleet_stage& on, std::string fault)
    : on_{on}, fault_{std::move(fault)}, begun_{clock::now()} {
}

void episode::begin(const std::function<void()>& fault) {
  on_.resume_users();
  on_.await_calls(2);
  begun_ = clock::now();
  fault();
}

void episode::hub_reports_away(const hosts_of_fleet& away) {
  std::string said;
  const auto all_missed = [&] {
    const auto health = on_.health_of_hub();
    said = text_of(health, "hosts");
    // A hub that has just started has not read its database yet.
    bool all = status_of(health, "hosts") == "degraded" && status_of(health, "") == "degraded";
    for (auto i : away)
      all = all && said.find("The host " + on_.of(i).name + " has been away") != std::string::npos;
    return all;
  };
  const bool noticed = eventually(all_missed, notice_bound, check_interval);
  hub_knew_ = since(begun_);
  CHECK_MESSAGE(noticed, said);
}

void episode::agents_report_the_hub(const hosts_of_fleet& which) {
  for (auto i : which) {
    boost::json::value health;
    const auto missed = [&] {
      health = on_.health_of_agent(i);
      return health.is_object() && status_of(health, "hub") == "unhealthy";
    };
    CHECK_MESSAGE(eventually(missed, notice_bound, check_interval), boost::json::serialize(health));
    if (health.is_object())
      CHECK(health.at("checks").at("events").at("connected") == true);
  }
  agents_knew_ = since(begun_);
}

void episode::rows_are_behind(const hosts_of_fleet& which) {
  on_.freeze_users();
  for (auto i : which) {
    on_.of(i).docker.create_volume("while-away-" + std::to_string(on_.of(i).user.calls()));
    CHECK(on_.differences_of(i) != "");
  }
}

/// The unhealthy processes and their checks; empty when all are healthy.
std::string episode::unhealthy() {
  std::string result;
  const auto judge = [&](const std::string& who, const boost::json::value& health) {
    if (status_of(health, "") != "healthy")
      result += who + ": " + boost::json::serialize(health) + '\n';
  };
  judge("the hub", on_.health_of_hub());
  for (auto i : all_hosts)
    judge(on_.of(i).name, on_.health_of_agent(i));
  return result;
}

void episode::end(const std::function<void()>& fault) {
  on_.freeze_users();
  fault();
  const auto ended = clock::now();
  std::string wrong;
  const auto right = [&](const std::function<std::string()>& what) {
    return eventually([&] { return (wrong = what()).empty(); }, recovery_bound, check_interval);
  };
  const bool exact = right([&] { return on_.differences(); });
  exact_ = since(ended);
  CHECK_MESSAGE(exact, wrong);
  const bool healthy = right([&] { return unhealthy(); });
  healthy_ = since(ended);
  CHECK_MESSAGE(healthy, wrong);
  on_.resume_users();
  on_.await_calls(3);
  on_.freeze_users();
  const bool still = right([&] { return on_.differences(); });
  CHECK_MESSAGE(still, wrong);
  report();
  if (!exact || !healthy || !still)
    show_logs();
}

void episode::report() {
  const auto line = fault_ + '\t' + column(hub_knew_) + '\t' + column(agents_knew_) + '\t'
                    + column(exact_) + '\t' + column(healthy_);
  MESSAGE("fault, hub knew, agents knew, exact, healthy: ", line);
  if (const char* file = std::getenv("FLEET_REPORT"))
    std::ofstream{file, std::ios::app} << line << '\n';
}

void episode::show_logs() {
  MESSAGE("the hub's last words:\n", last_words(on_.hub().log()));
  for (auto i : all_hosts)
    MESSAGE(on_.of(i).name, ":\n", last_words(on_.of(i).agent->log()));
}

} // namespace volumeviz::fleet
