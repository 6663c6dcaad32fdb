// Any actor may die at any message: killed at each of the first it handles, one life each.

#include "tests/simulation/shrink.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::simulation;

namespace {

constexpr unsigned messages = 60;

/// A busy life without other troubles.
schedule busy_life() {
  using namespace std::chrono_literals;
  schedule x;
  x.before_start = 2;
  x.steps = {{.what = op::run_container, .a = 0, .b = 3},
             {.what = op::create_volume, .a = 3},
             {.what = op::run_container, .a = 1, .b = 7, .before = 500ms},
             {.what = op::rename, .a = 0, .before = 300ms},
             {.what = op::stop, .a = 1, .before = 300ms},
             {.what = op::remove_container, .a = 1, .before = 700ms},
             {.what = op::prune_volumes, .before = 300ms},
             {.what = op::calm, .before = 8s},
             {.what = op::restart, .a = 0, .before = 1s},
             {.what = op::replace_volume, .a = 3, .before = 1s},
             {.what = op::demand, .before = 1s},
             {.what = op::end_streams, .before = 1s},
             {.what = op::replace_container, .a = 0, .b = 1, .before = 1s}};
  return x;
}

void kill_at_each_message(unsigned whom) {
  machine by;
  for (unsigned at = 0; at < messages; ++at)
    for (std::uint64_t order = 0; order < 8; ++order) {
      auto x = busy_life();
      x.fleet = whom >= fleet_actors;
      x.order = order;
      x.steps.insert(x.steps.begin() + x.before_start,
                     {.what = op::kill_actor, .a = whom, .b = at, .span = 1});
      ++x.before_start;
      const auto end = live(by, x);
      INFO("killed at message ", at, " in order ", order);
      CHECK(end.broken == "");
    }
}

unsigned number_of(const std::string& name) {
  const auto& names = actor_names();
  return static_cast<unsigned>(std::ranges::find(names, name) - names.begin());
}

unsigned number_in_fleet(const std::string& name) {
  const auto& names = fleet_actor_names();
  return fleet_actors + static_cast<unsigned>(std::ranges::find(names, name) - names.begin());
}

} // namespace

TEST_CASE("a life without a death is right in the end") {
  machine by;
  CHECK(live(by, busy_life()).broken == "");
}

TEST_CASE("whatever message a handler dies at, the rows are right in the end") {
  kill_at_each_message(number_of("volume_handler"));
  kill_at_each_message(number_of("container_handler"));
}

TEST_CASE("whatever message an inspector dies at, the rows are right in the end") {
  kill_at_each_message(number_of("volume_inspector"));
  kill_at_each_message(number_of("container_inspector"));
  kill_at_each_message(number_of("stream_auditor"));
}

TEST_CASE("whatever message the store dies at, the rows are right in the end") {
  kill_at_each_message(number_of("inventory_store"));
}

TEST_CASE("whatever message the stream's actors die at, the rows are right in the end") {
  kill_at_each_message(number_of("stream_supervisor"));
  kill_at_each_message(number_of("stream_reader"));
}

TEST_CASE("whatever message the observers die at, the rows are right in the end") {
  kill_at_each_message(number_of("reconciler"));
  kill_at_each_message(number_of("health_reporter"));
  kill_at_each_message(number_of("metrics_aggregator"));
}

TEST_CASE("whatever message an agent's link dies at, the rows are right in the end") {
  kill_at_each_message(number_in_fleet("hub_link"));
}

TEST_CASE("whatever message an actor of the hub dies at, the rows are right in the end") {
  for (const auto* name : {"hub_gate", "fleet_roster", "hub_session", "inventory_store"})
    kill_at_each_message(number_in_fleet(name));
}

TEST_CASE("whatever message the hub's root dies at, the next process has all rows in the end") {
  kill_at_each_message(number_in_fleet("hub"));
}

TEST_CASE("whatever message the root dies at, the next process is right in the end") {
  kill_at_each_message(number_of("node"));
}

TEST_CASE("a child that dies again and again ends the process, and the next is right in the end") {
  using namespace std::chrono_literals;
  machine by;
  for (const auto* name :
       {"volume_handler", "inventory_store", "reconciler", "stream_supervisor"}) {
    auto x = busy_life();
    x.steps.insert(x.steps.begin() + x.before_start,
                   {.what = op::kill_actor, .a = number_of(name), .span = 11});
    ++x.before_start;
    for (auto i = 0; i < 6; ++i)
      x.steps.push_back({.what = op::calm, .before = 9s});
    const auto end = live(by, x);
    INFO(name);
    CHECK(end.broken == "");
    CHECK(end.processes == 2);
  }
}
