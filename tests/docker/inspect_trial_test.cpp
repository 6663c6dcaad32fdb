#include "docker/inspect_trial.hpp"
#include "tests/support/scripted_docker.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace std::chrono_literals;
using support::docker_call;
using support::scripted_docker;
using support::some_container;
using support::some_volume;

namespace {

struct scene {
  scripted_docker docker{[] { return timestamp{1'700'000'000'000'000'000}; }};
  std::unique_ptr<docker::client> client = docker.make_client();

  scene() {
    docker.create_volume(some_volume("data"));
    docker.create_container(some_container("c1"));
  }
  docker::inspect_trial tried(docker::deadline all = 1min) {
    auto found = docker::try_inspects(*client, 500ms, all);
    REQUIRE(found);
    return *found;
  }
};

} // namespace

TEST_CASE("a trial without failures reports none") {
  scene on;
  const auto found = on.tried();
  CHECK(found.listed == 2);
  CHECK(found.tried == 2);
  CHECK(found.failed.empty());
}

TEST_CASE("a resource whose inspect fails is reported with the reason") {
  scene on;
  on.docker.fail_key("data", {ec::docker_refused, "500: the storage layer is gone"});
  on.docker.fail_key("c1", {ec::docker_timeout, "no answer within 500 ms"});
  const auto found = on.tried();
  REQUIRE(found.failed.size() == 2);
  CHECK(found.failed[0].kind == resource_kind::container);
  CHECK(found.failed[0].name.find("c1") != std::string::npos);
  CHECK(found.failed[0].why == "no answer within 500 ms");
  CHECK(found.failed[1].kind == resource_kind::volume);
  CHECK(found.failed[1].name == "data");
  CHECK(found.failed[1].why == "500: the storage layer is gone");
}

TEST_CASE("a container that is listed but not found is reported, a removed one is not") {
  scene on;
  SUBCASE("denied") {
    on.docker.deny_key("c1");
    const auto found = on.tried();
    REQUIRE(found.failed.size() == 1);
    CHECK(found.failed[0].why.find("no such container") != std::string::npos);
  }
  SUBCASE("removed") {
    on.docker.during_next(docker_call::list_containers,
                          [&on] { on.docker.remove_container("c1"); });
    CHECK(on.tried().failed.empty());
  }
}

TEST_CASE("a trial ends at its limit and reports how many it has tried") {
  scene on;
  const auto found = on.tried(0ms);
  CHECK(found.listed == 2);
  CHECK(found.tried == 0);
}

TEST_CASE("a trial fails when a list fails") {
  scene on;
  on.docker.fail(docker_call::list_volumes, {ec::docker_refused, "403: forbidden"});
  const auto found = docker::try_inspects(*on.client, 500ms, 1min);
  REQUIRE_FALSE(found);
  CHECK(found.error().text == "403: forbidden");
}
