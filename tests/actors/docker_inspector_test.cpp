// How an inspector turns the daemon's answers into observations.

#include "actors/inventory/docker_inspector.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/scripted_docker.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using support::docker_call;
using support::some_container;
using support::some_volume;
using strings = std::vector<std::string>;

namespace {

const failure slow{ec::docker_timeout, "no answer within 2 s"};
const failure away{ec::docker_unreachable, "connection refused"};

struct inspecting : support::deterministic_system {
  inspecting() {
    actor = spawn<shell<docker_inspector>>(
        make_slot("inspector"),
        std::make_shared<const actor_context>(actor_context{
            .host = {}, .log = {}, .numbers = std::make_shared<metrics::catalogue>()}),
        inspector_parts{docker.make_client()});
  }
  observation inspect(const strings& keys) {
    return *ask<observation>(actor, fetch_request{.kind = volume_kind, .list = false, .keys = keys})
                ->value;
  }
  observation list(resource_kind kind) {
    return *ask<observation>(actor, fetch_request{.kind = kind, .list = true, .keys = {}})->value;
  }
  strings failed_keys(const observation& x) const {
    strings keys;
    for (const auto& one : x.failed)
      keys.push_back(one.key);
    return keys;
  }

  support::scripted_docker docker{wall_clock()};
  docker_inspector_actor actor;
};

} // namespace

TEST_CASE_FIXTURE(inspecting, "a fetch says what exists, what is gone and what failed") {
  docker.create_volume(some_volume("there"));
  docker.fail_key("broken", {ec::docker_refused, "500: no such driver"});
  const auto x = inspect({"there", "gone", "broken"});
  CHECK(x.ok);
  REQUIRE(x.batch.volumes.present.size() == 1);
  CHECK(x.batch.volumes.present[0].name == "there");
  CHECK(x.batch.volumes.gone == strings{"gone"});
  CHECK(failed_keys(x) == strings{"broken"});
  CHECK(x.failed[0].why.code == ec::docker_refused);
  CHECK_FALSE(x.batch.volumes.complete);
}

TEST_CASE_FIXTURE(inspecting, "one resource that hangs does not hide the others") {
  docker.create_volume(some_volume("a"));
  docker.create_volume(some_volume("c"));
  docker.fail_key("b", slow);
  const auto x = inspect({"a", "b", "c"});
  CHECK(x.ok);
  CHECK(x.batch.volumes.present.size() == 2);
  CHECK(failed_keys(x) == strings{"b"});
}

TEST_CASE_FIXTURE(inspecting, "after two timeouts the other resources are not inspected") {
  docker.fail(docker_call::inspect_volume, slow);
  const auto x = inspect({"a", "b", "c", "d", "e"});
  CHECK(x.ok);
  CHECK(failed_keys(x) == strings{"a", "b", "c", "d", "e"});
  CHECK(docker.inspected() == strings{"a", "b"});
}

TEST_CASE_FIXTURE(inspecting, "a daemon that is away makes the whole fetch fail") {
  docker.fail(docker_call::inspect_volume, away);
  const auto x = inspect({"a", "b"});
  CHECK_FALSE(x.ok);
  CHECK(x.why == away);
  CHECK(docker.inspected() == strings{"a"});
}

TEST_CASE_FIXTURE(inspecting, "a list is complete unless the daemon warns") {
  docker.create_volume(some_volume("a"));
  docker.create_container(some_container("c"));
  CHECK(list(volume_kind).batch.volumes.complete);
  CHECK(list(resource_kind::container).batch.containers.complete);
  docker.warn("driver nfs does not answer", "a");
  const auto x = list(volume_kind);
  CHECK(x.ok);
  CHECK_FALSE(x.batch.volumes.complete);
  CHECK(x.warnings == strings{"driver nfs does not answer"});
}

TEST_CASE_FIXTURE(inspecting, "a failed list is not a complete list") {
  docker.fail(docker_call::list_volumes, away);
  const auto x = list(volume_kind);
  CHECK_FALSE(x.ok);
  CHECK(x.why == away);
  CHECK_FALSE(x.batch.volumes.complete);
}

TEST_CASE_FIXTURE(inspecting, "an audit has the events between two moments") {
  docker.create_volume(some_volume("before"));
  advance(std::chrono::seconds{10});
  docker.create_volume(some_volume("within"));
  const auto x = *ask<audit_answer>(actor, audit_request{now() - 5'000'000'000, now()})->value;
  CHECK(x.ok);
  REQUIRE(x.events.size() == 1);
  CHECK(x.events[0].id == "within");
  docker.fail(docker_call::events, slow);
  const auto y = *ask<audit_answer>(actor, audit_request{never, now()})->value;
  CHECK_FALSE(y.ok);
  CHECK(y.why == slow);
}

TEST_CASE_FIXTURE(inspecting, "identify answers an empty text, or why the daemon does not answer") {
  CHECK(ask<failure>(actor, atom::identify_v)->value->text.empty());
  docker.fail(docker_call::identify, away);
  CHECK(*ask<failure>(actor, atom::identify_v)->value == away);
}
