// Fleets with certificates: a member without a valid one is refused and both sides report it; with
// a renewed one it is admitted again.
#include "tests/fleet/episode.hpp"
#include "tests/support/authority.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::fleet;
using std::chrono::milliseconds;
using std::chrono::seconds;
using volumeviz::support::authority;
using volumeviz::support::certificate_wish;
using volumeviz::support::eventually;
using volumeviz::support::issued_files;

namespace {

using settings = fleet_stage::settings;

settings files(const issued_files& own, const std::string& ca) {
  return {{"HUB_TLS_CERT", own.certificate}, {"HUB_TLS_KEY", own.key}, {"HUB_TLS_CA", ca}};
}

/// A fleet with valid certificates.
struct fleet_with_certificates {
  authority ca;
  fleet_stage on{[this](std::size_t machine) {
    const auto wish = machine == 0
                          ? volumeviz::support::hub_wish("IP:10.99.0.1")
                          : volumeviz::support::agent_wish("host-" + std::to_string(machine));
    return files(ca.issue(wish), ca.ca());
  }};

  fleet_with_certificates() { on.begin(); }
};

/// Waits, up to the notice bound, until the agent's check `hub` contains the text, and checks that
/// it stays so.
void expect_kept_out(fleet_stage& on, std::size_t i, const std::string& because) {
  std::string said;
  const auto kept_out = [&] {
    const auto health = on.health_of_agent(i);
    said = text_of(health, "hub");
    return status_of(health, "hub") == "unhealthy" && said.find(because) != std::string::npos;
  };
  CHECK_MESSAGE(eventually(kept_out, episode::notice_bound, milliseconds{50}), said);
}

} // namespace

FLEET_TEST("with certificates, rows are exact after a partition and after the hub was killed") {
  fleet_with_certificates with;
  auto& on = with.on;
  {
    episode fault{on, "with TLS: one agent parted from the hub, both ways"};
    fault.begin([&] { on.net.part(fleet_stage::machine_of(1), 0); });
    fault.hub_reports_away({1});
    fault.agents_report_the_hub({1});
    fault.rows_are_behind({1});
    fault.end([&] { on.net.mend(); });
  }
  episode fault{on, "with TLS: hub killed (SIGKILL) and started"};
  fault.begin([&] {
    on.hub().signal(SIGKILL);
    REQUIRE(on.hub().wait(seconds{5}));
  });
  fault.agents_report_the_hub(all_hosts);
  fault.rows_are_behind(all_hosts);
  fault.end([&] { on.start_hub(); });
}

FLEET_TEST("an agent whose certificate has expired is refused until it has a new one") {
  fleet_with_certificates with;
  auto& on = with.on;
  episode fault{on, "certificate of one agent expired, then renewed"};
  fault.begin([&] {
    // Valid only during the start; the next connection finds it expired.
    auto wish = volumeviz::support::agent_wish("host-2");
    wish.ends = seconds{20};
    on.start_agent(1, files(with.ca.issue(wish), with.ca.ca()));
    const auto begun = std::chrono::steady_clock::now();
    REQUIRE(eventually([&] { return status_of(on.health_of_agent(1), "hub") == "healthy"; },
                       seconds{15}, milliseconds{50}));
    REQUIRE(eventually(
        [&] { return std::chrono::steady_clock::now() - begun > wish.ends + seconds{1}; },
        seconds{30}));
    on.start_hub();
  });
  fault.hub_reports_away({});
  // TLS itself refuses it, before either side has sent a name.
  expect_kept_out(on, 1, "connecting: ");
  fault.rows_are_behind({1});
  MESSAGE("the agent says: ", text_of(on.health_of_agent(1), "hub"));
  fault.end([&] { on.start_agent(1); });
}

FLEET_TEST("an agent with a certificate of another CA is refused") {
  fleet_with_certificates with;
  auto& on = with.on;
  const authority stranger;
  episode fault{on, "certificate of one agent of another CA, then of ours"};
  fault.begin([&] {
    on.start_agent(1,
                   files(stranger.issue(volumeviz::support::agent_wish("host-2")), stranger.ca()));
  });
  fault.hub_reports_away({1});
  expect_kept_out(on, 1, "connecting: ");
  MESSAGE("the agent says: ", text_of(on.health_of_agent(1), "hub"));
  fault.rows_are_behind({1});
  fault.end([&] { on.start_agent(1); });
}

FLEET_TEST("agents do not report to a hub whose certificate is for another name") {
  fleet_with_certificates with;
  auto& on = with.on;
  episode fault{on, "hub's certificate for another name, then for its own"};
  fault.begin([&] {
    on.start_hub(
        files(with.ca.issue(volumeviz::support::hub_wish("DNS:another.example")), with.ca.ca()));
  });
  for (auto i : all_hosts)
    expect_kept_out(on, i, "another.example");
  fault.rows_are_behind(all_hosts);
  fault.end([&] { on.start_hub(); });
}
