// What can happen between an agent and its hub, and schedules with it.

#include "tests/simulation/dice.hpp"
#include "tests/simulation/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace volumeviz::simulation {

namespace {

step make_intrusion(dice& with, step x) {
  x.what = op::intrude;
  x.a = with.below(3);
  return x;
}

/// Takes the place of a step, and keeps its moment.
step make_link_step(dice& with, step x) {
  x.b = 0;
  switch (with.below(12)) {
  case 0:
  case 1:
  case 2:
  case 3:
    x.what = op::break_link;
    x.a = with.below(3);
    x.b = with.below(3);
    x.span = with.below(with.one_in(3) ? 12'000 : 500);
    break;
  case 4:
  case 5:
    x.what = op::stall_link;
    x.a = with.below(3);
    x.b = with.below(2);
    x.span = 50 + with.below(with.one_in(3) ? 25'000 : 4'000);
    break;
  case 6:
    x.what = op::kill_hub;
    x.span = 50 + with.below(5'000);
    break;
  case 7:
    x.what = op::restore_hub;
    x.a = with.below(8);
    x.span = 50 + with.below(5'000);
    break;
  case 8:
  case 9:
    x.what = op::kill_actor;
    x.a = fleet_actors + with.below(static_cast<unsigned>(fleet_actor_names().size()));
    x.b = with.below(12);
    x.span = 1 + with.below(3);
    break;
  case 10:
    x.what = op::delay_actor;
    x.a = fleet_actors + with.below(static_cast<unsigned>(fleet_actor_names().size()));
    x.span = 10 + with.below(with.one_in(4) ? 20'000 : 2'000);
    break;
  default:
    return make_intrusion(with, x);
  }
  return x;
}

} // namespace

const std::vector<std::string>& fleet_actor_names() {
  static const std::vector<std::string> names{"hub_link",    "hub_gate",    "fleet_roster",
                                              "hub_session", "host_census", "inventory_store",
                                              "hub"};
  return names;
}

const std::string& actor_name(unsigned number) {
  return number < fleet_actors ? actor_names()[number] : fleet_actor_names()[number - fleet_actors];
}

schedule make_fleet_schedule(std::uint64_t seed) {
  auto x = make_schedule_without_others(seed);
  dice with{seed ^ 0x666c656574}; // "fleet"
  x.fleet = true;
  x.hub_queue = with.of<std::size_t>({1000, 1000, 2, 1});
  x.chunk_bytes = with.of<std::size_t>({256 * 1024, 300, 300, 1});
  const auto troubles =
      std::ranges::any_of(x.steps, [](const step& y) { return is_trouble(y.what); });
  for (auto& y : x.steps)
    if (troubles && with.one_in(4))
      y = make_link_step(with, y);
    else if (!troubles && with.one_in(10))
      y = make_intrusion(with, y);
  add_other_clients(x, seed);
  return x;
}

std::string link_step_in_words(const step& x) {
  constexpr const char* hearing[] = {"both notice", "the agent notices late",
                                     "the hub notices late"};
  constexpr const char* instants[] = {"now", "when the hub has the next chunk",
                                      "when the hub has answered the next chunk"};
  constexpr const char* directions[] = {"in both directions", "towards the agent",
                                        "towards the hub"};
  constexpr const char* intrusions[] = {"comes with the host's name", "writes another host's rows",
                                        "writes into the agent's session"};
  switch (x.what) {
  case op::break_link:
    return fmt::format("the link breaks {}; {} ({} ms)", instants[x.b % 3], hearing[x.a % 3],
                       x.span);
  case op::stall_link:
    return fmt::format("the link stalls {} for {} ms{}", directions[x.a % 3], x.span,
                       x.b != 0 ? ", then breaks" : "");
  case op::kill_hub:
    return fmt::format("the hub is away for {} ms", x.span);
  case op::restore_hub:
    return fmt::format("the hub is away for {} ms, its database goes back by {} commits", x.span,
                       x.a + 1);
  case op::intrude:
    return fmt::format("a second agent {}", intrusions[x.a % 3]);
  default:
    return {};
  }
}

} // namespace volumeviz::simulation
