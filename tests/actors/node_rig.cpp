#include "tests/actors/node_rig.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <algorithm>

namespace volumeviz::testing {

using namespace std::chrono_literals;

node_rig::node_rig() {
  parts.settings.events_enabled = true;
  parts.settings.node_name = "h";
  parts.daemon = docker;
  parts.make_store = [this] { return store; };
  parts.numbers = std::make_shared<metrics::catalogue>();
  parts.log = log.log();
  parts.now = wall_clock();
  parts.seed = random();
}

void node_rig::start() {
  node = start_node(caf(), parts);
  keep(caf::actor_cast<caf::strong_actor_ptr>(node.node));
  settle();
  if (parts.settings.events_enabled)
    pass(100ms);
}

void node_rig::settle() {
  run();
  REQUIRE(docker->settle());
  run();
}

void node_rig::pass(std::chrono::milliseconds span) {
  constexpr auto step = 50ms;
  for (auto left = span; left > 0ms; left -= std::min(left, std::chrono::milliseconds{step})) {
    advance(std::min(left, std::chrono::milliseconds{step}));
    settle();
  }
}

bool node_rig::agrees() const {
  const auto recorded = rows();
  return recorded.volumes == docker->volumes() && recorded.containers == docker->containers();
}

health_report node_rig::health() {
  const auto answer = ask<health_report>(node.health, atom::health_v);
  REQUIRE(answer->value);
  return *answer->value;
}

event_counters node_rig::counters() {
  const auto answer = ask<event_counters>(node.metrics, atom::counters_v);
  REQUIRE(answer->value);
  return *answer->value;
}

std::vector<std::string> node_rig::not_ready() {
  const auto answer = ask<std::vector<std::string>>(node.health, atom::ready_v);
  REQUIRE(answer->value);
  return *answer->value;
}

actor_report node_rig::report_of(const std::string& name) {
  const auto answer = ask<std::vector<actor_report>>(node.metrics, atom::actors_v);
  REQUIRE(answer->value);
  const auto i = std::ranges::find(*answer->value, name, &actor_report::name);
  REQUIRE(i != answer->value->end());
  return *i;
}

} // namespace volumeviz::testing
