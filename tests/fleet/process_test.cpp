// Processes of the fleet that die, freeze or stop: afterwards rows become exact again without help.
#include "tests/fleet/episode.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::fleet;
using std::chrono::milliseconds;
using std::chrono::seconds;
using volumeviz::support::eventually;

FLEET_TEST("rows are exact after the hub was killed and started") {
  fleet_stage on;
  on.begin();
  episode fault{on, "hub killed (SIGKILL) and started"};
  fault.begin([&] {
    on.hub().signal(SIGKILL);
    REQUIRE(on.hub().wait(seconds{5}));
  });
  fault.agents_report_the_hub(all_hosts);
  fault.rows_are_behind(all_hosts);
  fault.end([&] { on.start_hub(); });
}

FLEET_TEST("a restarted hub reports hosts of its database that do not connect again as away") {
  fleet_stage on;
  on.begin();
  episode fault{on, "hub and one agent killed, the hub started before the agent"};
  fault.begin([&] {
    on.hub().signal(SIGKILL);
    on.of(1).agent.reset();
    REQUIRE(on.hub().wait(seconds{5}));
    // As after ten minutes: the row of a host that was written lately could be another hub's.
    on.records.execute("UPDATE hosts SET last_seen_at = now() - interval '10 minutes' WHERE host = "
                       "'host-2'");
    on.start_hub();
  });
  fault.hub_reports_away({1});
  fault.rows_are_behind({1});
  fault.end([&] { on.start_agent(1); });
}

FLEET_TEST("rows are exact after an agent was killed and started") {
  fleet_stage on;
  on.begin();
  episode fault{on, "agent killed (SIGKILL) and started"};
  fault.begin([&] { on.of(1).agent.reset(); });
  fault.hub_reports_away({1});
  fault.rows_are_behind({1});
  fault.end([&] { on.start_agent(1); });
}

FLEET_TEST(
    "an agent whose machine died is admitted again, although its connection was never closed") {
  // The hub still considers the former process alive, and the new one a second agent of its name.
  fleet_stage on;
  on.begin();
  episode fault{on, "an agent's machine dead and started"};
  fault.begin([&] {
    on.net.part(fleet_stage::machine_of(1), 0);
    on.of(1).agent.reset();
  });
  fault.rows_are_behind({1});
  fault.end([&] {
    on.net.mend();
    on.start_agent(1);
  });
}

FLEET_TEST("agents connect again to a hub whose machine died and came back") {
  fleet_stage on;
  on.begin();
  episode fault{on, "the hub's machine dead and started"};
  fault.begin([&] {
    for (auto i : all_hosts)
      on.net.part(fleet_stage::machine_of(i), 0);
    on.hub().signal(SIGKILL);
    REQUIRE(on.hub().wait(seconds{5}));
  });
  fault.rows_are_behind(all_hosts);
  fault.end([&] {
    on.net.mend();
    on.start_hub();
  });
}

FLEET_TEST("rows are exact after the hub was frozen and continued") {
  fleet_stage on;
  on.begin();
  episode fault{on, "hub frozen (SIGSTOP) and woken"};
  fault.begin([&] { on.hub().signal(SIGSTOP); });
  fault.agents_report_the_hub(all_hosts);
  fault.rows_are_behind(all_hosts);
  fault.end([&] { on.hub().signal(SIGCONT); });
}

FLEET_TEST("rows are exact after an agent was frozen and continued") {
  fleet_stage on;
  on.begin();
  episode fault{on, "agent frozen (SIGSTOP) and woken"};
  fault.begin([&] { on.of(1).agent->signal(SIGSTOP); });
  fault.hub_reports_away({1});
  fault.rows_are_behind({1});
  fault.end([&] { on.of(1).agent->signal(SIGCONT); });
}

FLEET_TEST("rows are exact after the hub's PostgreSQL was stopped and started") {
  fleet_stage on;
  on.begin();
  episode fault{on, "the hub's PostgreSQL stopped and started"};
  fault.begin([&] { on.database.stop(); });
  CHECK(eventually([&] { return status_of(on.health_of_hub(), "database") == "unhealthy"; },
                   episode::notice_bound, milliseconds{50}));
  on.await_calls(2);
  // The agents reach the hub, and keep the batches that it can't write.
  CHECK(on.hub().running());
  fault.end([&] { on.database.start(); });
}

FLEET_TEST("rows are exact after an agent's Docker daemon was stopped and started") {
  fleet_stage on;
  on.begin();
  episode fault{on, "an agent's dockerd stopped and started"};
  fault.begin([&] { on.of(1).daemon.stop(); });
  const auto said_by_the_hub = [&] { return text_of(on.health_of_hub(), "hosts"); };
  CHECK(eventually(
      [&] {
        return said_by_the_hub().find("The host host-2 reports, but is not connected")
               != std::string::npos;
      },
      episode::notice_bound, milliseconds{50}));
  CHECK(on.records.number("SELECT count(*) FROM volumes WHERE host = 'host-2'") > 0);
  fault.end([&] { on.of(1).daemon.start(); });
}
