// The network between agents and hub: parted, lossy in one direction, gone for any length of time.
// Rows are exact again soon after, without anyone's help.
#include "tests/fleet/episode.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::fleet;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::size_t hub = 0;

struct lost_packets {
  const char* name;
  void (*begin)(const network& net, std::size_t agent);
};

void one_agent_loses(const lost_packets& what) {
  if (!fleet_can_run())
    return;
  fleet_stage on;
  on.begin();
  episode fault{on, what.name};
  fault.begin([&] { what.begin(on.net, fleet_stage::machine_of(1)); });
  fault.hub_misses({1});
  fault.agents_miss_the_hub({1});
  fault.rows_are_behind({1});
  // Nobody else is touched.
  CHECK(on.differences_of(0) == "");
  CHECK(status_of(on.health_of_agent(2), "hub") == "healthy");
  fault.end([&] { on.net.mend(); });
}

} // namespace

TEST_CASE("an agent that is cut off is missed by name, and what it saw meanwhile is made up for") {
  one_agent_loses({"one agent parted from the hub, both ways",
                   [](const network& net, std::size_t agent) { net.part(agent, hub); }});
}

TEST_CASE("rows are exact after what an agent sent was lost while the hub could be heard") {
  one_agent_loses({"packets of one agent to the hub lost",
                   [](const network& net, std::size_t agent) { net.lose(agent, hub); }});
}

TEST_CASE("rows are exact after what the hub sent to an agent was lost") {
  one_agent_loses({"packets of the hub to one agent lost",
                   [](const network& net, std::size_t agent) { net.lose(hub, agent); }});
}

TEST_CASE("a hub that is cut off from everybody misses everybody and gets everybody back") {
  if (!fleet_can_run())
    return;
  fleet_stage on;
  on.begin();
  episode fault{on, "the hub parted from all agents"};
  fault.begin([&] {
    for (auto i : all_hosts)
      on.net.part(fleet_stage::machine_of(i), hub);
  });
  fault.hub_misses(all_hosts);
  fault.agents_miss_the_hub(all_hosts);
  fault.rows_are_behind(all_hosts);
  fault.end([&] { on.net.mend(); });
}

TEST_CASE("rows are exact after a short partition, however long it was") {
  // Around the time in which both sides give a silent connection up, and not in the same moment:
  // one may know of the end while the other does not.
  if (!fleet_can_run())
    return;
  fleet_stage on;
  on.begin();
  for (auto length : {1000, 3000, 5000, 6000, 6500, 7000, 7500, 8000, 9000}) {
    CAPTURE(length);
    episode fault{on, "all parted for " + std::to_string(length) + " ms"};
    fault.begin([&] {
      for (auto i : all_hosts)
        on.net.part(fleet_stage::machine_of(i), hub);
    });
    REQUIRE(
        volumeviz::support::throughout([&] { return on.hub().running(); }, milliseconds{length}));
    fault.end([&] { on.net.mend(); });
  }
}
