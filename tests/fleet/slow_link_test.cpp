// A line between an agent and its hub that is late, or that delivers nothing.
#include "tests/fleet/episode.hpp"
#include "tests/fleet/slow_link.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::fleet;
using std::chrono::milliseconds;
using std::chrono::seconds;
using volumeviz::support::eventually;

namespace {

/// A fleet whose second agent reaches the hub through a slow_link.
struct fleet_with_line {
  fleet_stage on;
  slow_link line{on.net.machine(fleet_stage::machine_of(1)), on.net.address(0), 4711};

  fleet_with_line() {
    on.begin();
    on.start_agent(1, {{"HUB_ADDRESS", line.address()}});
    REQUIRE(eventually([&] { return status_of(on.health_of_agent(1), "hub") == "healthy"; },
                       seconds{20}));
    REQUIRE(eventually([&] { return status_of(on.health_of_hub(), "hosts") == "healthy"; },
                       seconds{20}));
  }
};

} // namespace

FLEET_TEST("rows are exact after a line stood still for longer than a silent connection is kept") {
  fleet_with_line with;
  auto& on = with.on;
  episode fault{on, "line of one agent stands still"};
  fault.begin([&] { with.line.stall(true); });
  fault.hub_reports_away({1});
  fault.agents_report_the_hub({1});
  fault.rows_are_behind({1});
  fault.end([&] { with.line.stall(false); });
}

FLEET_TEST("rows are exact after every connection of an agent was ended") {
  fleet_with_line with;
  episode fault{with.on, "connections of one agent cut"};
  fault.begin([] {});
  fault.end([&] { with.line.cut(); });
}

FLEET_TEST("a line that is 300 ms late each way costs that time and nothing else") {
  fleet_with_line with;
  auto& on = with.on;
  with.line.delay(milliseconds{300});
  episode fault{on, "line of one agent late by 300 ms each way"};
  fault.begin([] {});
  on.await_calls(5);
  // The line stays late, since the test measures how long the rows take on it.
  fault.end([&] { on.of(1).docker.create_volume("by-the-long-line"); });
  CHECK(on.of(1).agent->log().find("is not reachable") == std::string::npos);
}

FLEET_TEST("an agent is admitted over a line that is 500 ms late each way") {
  fleet_with_line with;
  auto& on = with.on;
  with.line.delay(milliseconds{500});
  episode fault{on, "agent started on a line late by 500 ms each way"};
  fault.begin([&] { on.of(1).agent.reset(); });
  fault.hub_reports_away({1});
  fault.rows_are_behind({1});
  fault.end([&] { on.start_agent(1, {{"HUB_ADDRESS", with.line.address()}}); });
}
