// Faults of the network between agents and hub: partitions of several lengths, and packet loss in
// one direction. Afterwards rows become exact again without help.
#include "tests/fleet/episode.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

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
  fleet_stage on;
  on.begin();
  episode fault{on, what.name};
  fault.begin([&] { what.begin(on.net, fleet_stage::machine_of(1)); });
  fault.hub_reports_away({1});
  fault.agents_report_the_hub({1});
  fault.rows_are_behind({1});
  // Other hosts are not affected. Their users continue, so a row may be on its way.
  CHECK(volumeviz::support::eventually([&] { return on.differences_of(0).empty(); }, seconds{3}));
  CHECK(status_of(on.health_of_agent(2), "hub") == "healthy");
  fault.end([&] { on.net.mend(); });
}

/// One partition after the other, each of so many milliseconds.
void all_parted_for(std::initializer_list<int> lengths) {
  fleet_stage on;
  on.begin();
  for (auto length : lengths) {
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

} // namespace

FLEET_TEST(
    "an agent that is cut off is reported by name, and its changes are recorded afterwards") {
  one_agent_loses({"one agent parted from the hub, both ways",
                   [](const network& net, std::size_t agent) { net.part(agent, hub); }});
}

FLEET_TEST("rows are exact after packets from an agent to the hub were lost") {
  one_agent_loses({"packets of one agent to the hub lost",
                   [](const network& net, std::size_t agent) { net.lose(agent, hub); }});
}

FLEET_TEST("rows are exact after packets from the hub to an agent were lost") {
  one_agent_loses({"packets of the hub to one agent lost",
                   [](const network& net, std::size_t agent) { net.lose(hub, agent); }});
}

FLEET_TEST("a hub that is cut off from all agents reports all as away, and admits all again") {
  fleet_stage on;
  on.begin();
  episode fault{on, "the hub parted from all agents"};
  fault.begin([&] {
    for (auto i : all_hosts)
      on.net.part(fleet_stage::machine_of(i), hub);
  });
  fault.hub_reports_away(all_hosts);
  fault.agents_report_the_hub(all_hosts);
  fault.rows_are_behind(all_hosts);
  fault.end([&] { on.net.mend(); });
}

// Lengths around the time after which each side gives up a silent connection: one side may already
// have given up when the other has not.
FLEET_TEST("rows are exact after a partition that is shorter than a silence") {
  all_parted_for({1000, 3000, 5000});
}

FLEET_TEST("rows are exact after a partition that is as long as a silence") {
  all_parted_for({6000, 6500, 7000});
}

FLEET_TEST("rows are exact after a partition that is longer than a silence") {
  all_parted_for({7500, 8000, 9000});
}
