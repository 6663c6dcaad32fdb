#include "tests/fleet/fleet_stage.hpp"

#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/http_probe.hpp"
#include "tests/support/process.hpp"

#include <cstdlib>
#include <stdexcept>

namespace volumeviz::fleet {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::eventually;

namespace {

// Three daemons and their users share the machine with the tested processes.
constexpr milliseconds pace_max{800};

} // namespace

host::host(std::string its_name, std::uint64_t seed)
    : name{std::move(its_name)}, user{daemon, seed, pace_max} {
}

fleet_stage::fleet_stage(links link) : records{database.socket_url()}, link_{std::move(link)} {
  for (std::size_t i = 0; i < size; ++i)
    hosts_[i] = std::make_unique<host>("host-" + std::to_string(i + 1), i + 1);
}

fleet_stage::~fleet_stage() = default;

support::program& fleet_stage::start(std::optional<support::program>& which, std::size_t machine,
                                     settings all) {
  which.reset();
  all.merge(link_(machine));
  auto words = net.machine(machine).command_prefix();
  const auto first = words.front();
  words.erase(words.begin());
  words.push_back(integration::program_path());
  return which.emplace(first, std::move(all), std::move(words));
}

support::program& fleet_stage::start_hub(const settings& more) {
  settings all = more;
  all.insert({{"EVENTS_ENABLED", "true"},
              {"NODE_ROLE", "hub"},
              {"NODE_NAME", "hub"},
              {"HUB_LISTEN", hub_address()},
              {"DATABASE_URL", database.socket_url()},
              {"LOG_LEVEL", "debug"}});
  return start(hub_, 0, std::move(all));
}

fleet_stage::settings fleet_stage::agent_settings(std::size_t i) const {
  // No periodic reconciliation: it could hide a missing recovery.
  return {{"EVENTS_ENABLED", "true"},     {"EVENTS_RECONCILE_INTERVAL", "0"},
          {"NODE_ROLE", "agent"},         {"NODE_NAME", hosts_.at(i)->name},
          {"HUB_ADDRESS", hub_address()}, {"DOCKER_HOST", hosts_.at(i)->daemon.host()},
          {"LOG_LEVEL", "debug"}};
}

support::program& fleet_stage::start_agent(std::size_t i, const settings& more) {
  settings all = more;
  all.merge(agent_settings(i));
  return start(of(i).agent, machine_of(i), std::move(all));
}

std::unique_ptr<support::program> fleet_stage::first_process(std::size_t i) {
  auto all = agent_settings(i);
  all.merge(link_(machine_of(i)));
  const auto& where = net.machine(1);
  return std::make_unique<support::program>(
      "nsenter", std::move(all),
      std::vector<std::string>{"--net=" + where.path(), "--", "unshare", "--pid", "--fork",
                               "--kill-child=SIGKILL", integration::program_path()});
}

void fleet_stage::begin() {
  start_hub();
  for (std::size_t i = 0; i < size; ++i)
    start_agent(i);
  resume_users();
  await_calls(3);
  freeze_users();
  std::string wrong;
  const auto well = [&] {
    wrong = differences();
    if (wrong.empty() && status_of(health_of_hub(), "") != "healthy")
      wrong = "the hub is not healthy: " + json::serialize(health_of_hub());
    return wrong.empty() || !hub_->running();
  };
  if (!eventually(well, seconds{60}, milliseconds{50}) || !wrong.empty())
    throw std::runtime_error{"the fleet did not come up: " + wrong + "\nthe hub's log:\n"
                             + hub_->log() + "\nan agent's log:\n" + of(0).agent->log()};
}

json::value fleet_stage::ask_hub(const std::string& path) {
  return hub_ ? get_json(net.machine(0), hub_->port(), path) : json::value{};
}

json::value fleet_stage::health_of_hub() {
  return ask_hub("/api/v1/health");
}

json::value fleet_stage::health_of_agent(std::size_t i) {
  auto& agent = of(i).agent;
  return agent ? get_json(net.machine(machine_of(i)), agent->port(), "/api/v1/health")
               : json::value{};
}

void fleet_stage::resume_users() {
  for (auto& x : hosts_)
    x->user.go_on();
}

void fleet_stage::freeze_users() {
  for (auto& x : hosts_)
    if (!x->user.freeze(seconds{30}))
      throw std::runtime_error{"the daemon of " + x->name + " does not finish what it was asked"};
}

void fleet_stage::await_calls(std::size_t calls) {
  for (auto& x : hosts_) {
    const auto enough = x->user.calls() + calls;
    if (!eventually([&] { return x->user.calls() >= enough; }, seconds{30}))
      throw std::runtime_error{"the user of " + x->name + " does not get on"};
  }
}

std::string fleet_stage::differences_of(std::size_t i) {
  std::string result;
  auto& x = of(i);
  try {
    for (const auto& line :
         integration::differences(records.rows(x.name), integration::rows_that_should_be(x.docker)))
      result += x.name + ": " + line + '\n';
  } catch (const std::exception& e) {
    result = x.name + ": " + e.what() + '\n';
  }
  return result;
}

std::string fleet_stage::differences() {
  std::string result;
  for (std::size_t i = 0; i < size; ++i)
    result += differences_of(i);
  return result;
}

std::string status_of(const json::value& health, const std::string& check) {
  if (!health.is_object())
    return "silent";
  const auto& what = check.empty() ? health.as_object() : health.at("checks").at(check).as_object();
  return std::string{what.at("status").as_string()};
}

std::string text_of(const json::value& health, const std::string& check) {
  if (!health.is_object())
    return "silent";
  return json::serialize(health.at("checks").at(check));
}

json::value get_json(const network_namespace& where, std::uint16_t port, const std::string& path) {
  if (port == 0)
    return {};
  const inside there{where};
  return support::http_probe{port}.get(path).json();
}

bool fleet_can_run() {
  return integration::servers_can_run(integration::database_kind::postgres)
         && support::server_can_run(no_network_because());
}

} // namespace volumeviz::fleet
