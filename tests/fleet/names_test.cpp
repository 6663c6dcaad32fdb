// Which agent may report under a name, and agents on machines with equal identifiers.
#include "tests/fleet/episode.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::fleet;
using std::chrono::milliseconds;
using std::chrono::seconds;
using volumeviz::support::eventually;
using volumeviz::support::program;

namespace {

bool says(const program& who, const std::string& what) {
  return who.log().find(what) != std::string::npos;
}

} // namespace

FLEET_TEST("a second agent of a name is refused and both logs say so, until the first has ended") {
  fleet_stage on;
  on.begin();
  // host-3's agent is named host-2, and watches the daemon of another machine.
  on.of(2).agent.reset();
  auto& second = on.start_agent(2, {{"NODE_NAME", "host-2"}});
  CHECK(eventually([&] { return says(on.hub(), "another agent reports as 'host-2' already"); },
                   seconds{20}));
  CHECK(eventually(
      [&] { return says(second, "the hub refuses this agent: another agent reports as 'host-2'"); },
      seconds{20}));
  CHECK(status_of(on.health_of_agent(2), "hub") == "unhealthy");
  // It has not touched the rows of the first.
  on.of(1).docker.create_volume("of-the-first");
  CHECK(eventually([&] { return on.differences_of(1).empty(); }, seconds{10}));
  // When the first agent stops, its name is free at once, and its rows become those of the second's
  // daemon.
  on.of(1).agent->signal(SIGTERM);
  REQUIRE(on.of(1).agent->wait(seconds{12}) == 0);
  const auto stopped = std::chrono::steady_clock::now();
  const auto taken_over = [&] {
    return volumeviz::integration::differences(
               on.records.rows("host-2"),
               volumeviz::integration::rows_that_should_be(on.of(2).docker))
        .empty();
  };
  CHECK(eventually(taken_over, episode::recovery_bound, milliseconds{50}));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - stopped;
  MESSAGE("the second took over after ", took.count(), " s");
}

FLEET_TEST("agents with the same hardware addresses and the same process id are told apart") {
  // As in containers: one network namespace, and each agent is process 1 of its own process
  // namespace.
  fleet_stage on;
  on.begin();
  for (auto i : all_hosts)
    on.of(i).agent.reset();
  std::vector<std::unique_ptr<program>> agents;
  for (auto i : all_hosts)
    agents.push_back(on.first_process(i));
  on.resume_users();
  on.await_calls(3);
  on.freeze_users();
  std::string wrong;
  CHECK_MESSAGE(eventually([&] { return (wrong = on.differences()).empty(); },
                           episode::recovery_bound, milliseconds{50}),
                wrong);
  const auto connected = [&] { return status_of(on.health_of_hub(), "hosts"); };
  CHECK(eventually([&] { return connected() == "healthy"; }, seconds{10}, milliseconds{50}));
  for (auto i : all_hosts)
    CHECK(agents[i]->running());
}
