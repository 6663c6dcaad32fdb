#include "tests/fleet/besieged_fleet.hpp"

#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace volumeviz::fleet {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::eventually;

namespace {

constexpr milliseconds poll_interval{20};
constexpr const char* first_volume = "data";
// Generous for busy machines; the promise is one second.
constexpr std::chrono::duration<double> lag_bound{5};

} // namespace

besieged_fleet::besieged_fleet(lines as, const support::variables& more)
    : as_{as}, database_{integration::make_database(integration::database_kind::sqlite)},
      records_{database_->url()} {
  support::variables hub = more;
  hub.merge(link_settings("hub"));
  hub.insert({{"EVENTS_ENABLED", "true"},
              {"NODE_ROLE", "hub"},
              {"NODE_NAME", "hub"},
              {"HUB_LISTEN", "127.0.0.1:" + std::to_string(port_)},
              {"DATABASE_URL", database_->url()}});
  hub_.emplace(integration::program_path(), hub);
  daemon_.create_volume(first_volume);
  auto agent = link_settings(honest);
  agent.insert({{"EVENTS_ENABLED", "true"},
                {"NODE_ROLE", "agent"},
                {"NODE_NAME", honest},
                {"EVENTS_RECONCILE_INTERVAL", "0"},
                {"HUB_ADDRESS", "127.0.0.1:" + std::to_string(port_)},
                {"DOCKER_HOST", daemon_.host()}});
  agent_.emplace(integration::program_path(), agent);
  const auto ready = [&] {
    since_ = hub_->port() == 0 ? "" : connected_since();
    return !hub_->running() || (!since_.empty() && has_volume(honest, first_volume));
  };
  if (!eventually(ready, seconds{30}, poll_interval) || !hub_->running())
    throw std::runtime_error{"the fleet did not come up; the hub's log:\n" + hub_->log()
                             + "\nthe agent's log:\n" + agent_->log()};
  before_ = records_.rows(honest);
  begin_ = {std::chrono::steady_clock::now(), cpu(), peak_mib()};
}

besieged_fleet::~besieged_fleet() {
  const std::chrono::duration<double> span = std::chrono::steady_clock::now() - begin_.when;
  MESSAGE("within ", span.count(), " s the hub used ", (cpu() - begin_.cpu).count(),
          " s of a core and had at most ", peak_mib(), " MiB (", begin_.peak_mib,
          " before); another host's change took at most ", worst_lag_.count(), " s");
}

support::variables besieged_fleet::link_settings(const std::string& name) {
  if (as_ == lines::plain)
    return {};
  const auto& own = certificate_of(name);
  return {{"HUB_TLS_CERT", own.certificate}, {"HUB_TLS_KEY", own.key}, {"HUB_TLS_CA", ca_.ca()}};
}

const support::issued_files& besieged_fleet::certificate_of(const std::string& name) {
  auto found = certificates_.find(name);
  if (found == certificates_.end())
    found = certificates_
                .emplace(name, ca_.issue(name == "hub" ? support::hub_wish("IP:127.0.0.1")
                                                       : support::agent_wish(name)))
                .first;
  return found->second;
}

std::unique_ptr<hostile_member> besieged_fleet::member(const std::string& name) {
  // A hub that has just ended a connection may end the next one, too.
  std::unique_ptr<hostile_member> result;
  if (!eventually([&] { return (result = try_to_connect(name)) != nullptr; },
                  std::chrono::seconds{10}))
    throw std::runtime_error{"the hub does not shake hands with " + name};
  return result;
}

std::unique_ptr<hostile_member> besieged_fleet::try_to_connect(const std::string& name) {
  raw_line line{port_};
  if (as_ == lines::tls) {
    const auto& own = certificate_of(name);
    if (!line.begin_tls(own))
      throw std::runtime_error{"the hub refuses the TLS of " + name};
  }
  auto result = std::make_unique<hostile_member>(std::move(line));
  return result->shake_hands() ? std::move(result) : nullptr;
}

std::unique_ptr<hostile_member> besieged_fleet::admitted(const std::string& name) {
  auto result = member(name);
  if (const auto why = result->enter(name); !why.empty())
    throw std::runtime_error{"the hub does not admit " + name + ": " + why};
  return result;
}

double besieged_fleet::violations(std::initializer_list<const char*> reasons) {
  const auto page = http().metrics();
  double result = 0;
  for (const auto* x : reasons)
    result += page[std::string{"volumeviz_events_link_violations_total{reason=\""} + x + "\"}"];
  return result;
}

double besieged_fleet::refused(const std::string& reason) {
  return http()
      .metrics()["volumeviz_events_link_refused_connections_total{reason=\"" + reason + "\"}"];
}

std::size_t besieged_fleet::lines_with(std::initializer_list<const char*> words) const {
  std::istringstream log{hub_->log()};
  std::size_t result = 0;
  for (std::string line; std::getline(log, line);)
    result += std::ranges::all_of(words,
                                  [&](const char* x) { return line.find(x) != std::string::npos; });
  return result;
}

bool besieged_fleet::has_volume(const std::string& host, const std::string& volume) {
  return records_.rows(host).volumes.contains(volume);
}

std::string besieged_fleet::row_of(const std::string& host) {
  const auto answer = http().get("/api/v1/hosts?limit=1000").json();
  if (answer.is_object() && answer.as_object().contains("items"))
    for (const auto& x : answer.at("items").as_array())
      if (x.at("host").as_string() == host)
        return json::serialize(x);
  return {};
}

std::string besieged_fleet::connected_since() {
  const auto row = row_of();
  if (row.empty())
    return {};
  const auto parsed = json::parse(row);
  return parsed.at("status") == "connected" ? json::serialize(parsed.at("since")) : "";
}

std::chrono::duration<double> besieged_fleet::lag() {
  const auto name = "change-" + std::to_string(++changes_);
  const auto begin = std::chrono::steady_clock::now();
  daemon_.create_volume(name);
  eventually([&] { return has_volume(honest, name); }, seconds{20}, poll_interval);
  const auto took = std::chrono::steady_clock::now() - begin;
  worst_lag_ = std::max<std::chrono::duration<double>>(worst_lag_, took);
  daemon_.remove_volume(name);
  eventually([&] { return !has_volume(honest, name); }, seconds{20}, poll_interval);
  return took;
}

double besieged_fleet::peak_mib() const {
  std::istringstream status{support::file_text("/proc/" + std::to_string(hub_->pid()) + "/status")};
  for (std::string word; status >> word;)
    if (double kib = 0; word == "VmHWM:" && status >> kib)
      return kib / 1024;
  return 0;
}

std::chrono::duration<double> besieged_fleet::cpu() const {
  const auto text = support::file_text("/proc/" + std::to_string(hub_->pid()) + "/stat");
  std::istringstream fields{text.substr(std::min(text.rfind(')') + 2, text.size()))};
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return std::chrono::duration<double>{(user + system)
                                       / static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

void besieged_fleet::expect_unhurt() {
  REQUIRE_MESSAGE(hub_->running(), "the hub has ended: " << hub_->wait(seconds{1}).value_or(-1));
  const auto took = lag();
  CHECK_MESSAGE(took < lag_bound, "a change took " << took.count() << " s");
  CHECK_MESSAGE(connected_since() == since_, row_of());
  for (const auto& line : integration::differences(records_.rows(honest), before_))
    FAIL_CHECK(line);
}

void besieged_fleet::expect_ended(hostile_member& who, std::initializer_list<const char*> reasons) {
  CHECK_MESSAGE(who.ends_within(seconds{20}), "the hub goes on with the connection");
  expect_unhurt();
  CHECK(eventually([&] { return violations(reasons) >= 1; }, seconds{20}, poll_interval));
  if (as_ == lines::tls)
    CHECK(lines_with({" warn ", "127.0.0.1 ", evil}) == 1);
}

} // namespace volumeviz::fleet
