// The client against a private real dockerd: the assumptions behind the fake daemon.
#include "docker/client.hpp"
#include "tests/docker/recorder.hpp"
#include "tests/docker/why.hpp"
#include "tests/support/dockerd.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

using namespace volumeviz;
using namespace std::chrono_literals;
using support::eventually;

namespace {

constexpr docker::deadline patience = 20s;

std::optional<container> find(const packed_list<container>& all, const std::string& id) {
  const auto found = std::ranges::find(all, id, &container::id);
  return found == all.end() ? std::nullopt : std::optional{*found};
}

/// The container as the list has it must be the one that an inspect has, except times.
void check_list_agrees(docker::client& client, const std::string& id) {
  CAPTURE(id);
  REQUIRE(eventually([&] {
    const auto list = client.list_containers(patience);
    const auto inspected = client.inspect_container(id, patience);
    if (!list || !inspected || !*inspected || !find(list->containers, id))
      return false;
    auto left = *find(list->containers, id);
    auto right = **inspected;
    left.created_at = right.created_at = left.started_at = right.started_at = never;
    left.finished_at = right.finished_at = never;
    CHECK_FALSE(left.from_inspect);
    CHECK(right.from_inspect);
    right.from_inspect = false;
    left.unchanged_for = 0;
    return left == right;
  }));
}

} // namespace

TEST_CASE("a real daemon's resources and events are read") {
  if (!support::dockerd_can_run()) {
    MESSAGE("skipped: " << support::no_dockerd_because());
    return;
  }
  support::dockerd daemon;
  auto api = daemon.api();
  const auto connected = docker::connect_to({.host = daemon.host(), .tls = false, .cert_path = {}});
  REQUIRE(connected);
  const auto client = (*connected)->make_client();

  const auto identity = client->identify(patience);
  REQUIRE_MESSAGE(identity, support::why(identity));
  CHECK_FALSE(identity->engine_id.empty());
  CHECK_FALSE(identity->engine_version.empty());
  CHECK_FALSE(identity->podman);
  CHECK(std::abs(identity->daemon_time - identity->local_time) < 5'000'000'000);

  support::stream_recorder stream{**connected};
  REQUIRE(eventually([&] { return stream.opened(); }));

  api.create_volume("data", {{"team", "a"}});
  const auto id = api.run({.name = "worker",
                           .command = support::polite_command(),
                           .mounts = {{.volume = "data", .path = "/data", .read_only = true},
                                      {.volume = "data", .path = "/again"},
                                      {.volume = "", .path = "/anonymous"}},
                           .binds = {"/tmp:/host"},
                           .labels = {{"l", "1"}}});
  check_list_agrees(*client, id);
  const auto running = client->inspect_container(id, patience);
  REQUIRE(running);
  REQUIRE(*running);
  CHECK((*running)->name == "worker");
  CHECK((*running)->image == "busybox:test");
  CHECK((*running)->state == "running");
  CHECK((*running)->status == "Up");
  CHECK((*running)->mounts.size() == 3);
  CHECK((*running)->started_at > (*running)->created_at);
  CHECK((*running)->finished_at == never);

  const auto mine = client->inspect_volume("data", patience);
  REQUIRE(mine);
  REQUIRE(*mine);
  CHECK((*mine)->driver == "local");
  CHECK((*mine)->labels == key_values{{"team", "a"}});
  const auto volumes = client->list_volumes(patience);
  REQUIRE(volumes);
  CHECK(volumes->volumes.size() == 2);
  CHECK(volumes->warnings.empty());
  CHECK(std::ranges::find(volumes->volumes, **mine) != volumes->volumes.end());

  api.pause(id);
  check_list_agrees(*client, id);
  api.unpause(id);
  api.rename(id, "renamed");
  check_list_agrees(*client, id);
  api.stop(id);
  check_list_agrees(*client, id);
  const auto stopped = client->inspect_container(id, patience);
  REQUIRE(stopped);
  CHECK((*stopped)->status.starts_with("Exited ("));
  CHECK((*stopped)->finished_at != never);
  api.remove(id, true);
  api.remove_volume("data");

  using enum resource_kind;
  CHECK(eventually([&] { return stream.saw(volume, "destroy", "data"); }));
  CHECK(stream.saw(volume, "create", "data"));
  for (const auto* action :
       {"create", "start", "pause", "unpause", "rename", "die", "stop", "destroy"}) {
    CAPTURE(action);
    CHECK(eventually([&] { return stream.saw(container, action, id); }));
  }
  CHECK(stream.damage().empty());

  const auto gone = client->inspect_container(id, patience);
  REQUIRE_MESSAGE(gone, support::why(gone));
  CHECK_FALSE(*gone);
  const auto no_volume = client->inspect_volume("data", patience);
  REQUIRE_MESSAGE(no_volume, support::why(no_volume));
  CHECK_FALSE(*no_volume);

  const auto now = client->identify(patience);
  REQUIRE(now);
  const auto past = client->events_between(identity->daemon_time - 1, now->daemon_time, patience);
  REQUIRE_MESSAGE(past, support::why(past));
  auto streamed = stream.events();
  auto remembered = past->events;
  CHECK(past->stamps.size() >= remembered.size()); // those of other types, too
  CHECK(std::abs(past->answered_at - now->daemon_time) < 3'000'000'000);
  std::ranges::sort(streamed);
  std::ranges::sort(remembered);
  CHECK(streamed == remembered);

  CHECK(stream.stop() < 1s);
  REQUIRE(stream.ended());
  CHECK(stream.ended()->code == ec::cancelled);
}
