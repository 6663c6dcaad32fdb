#include "docker/info_json.hpp"
#include "tests/docker/whole_lists.hpp"
#include "tests/docker/why.hpp"
#include "tests/support/fake_world.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;
using namespace volumeviz::docker;

namespace {

std::string in_list(const std::string& container) {
  return "[" + container + "]";
}

/// A listed container with these fields replaced or added.
std::string listed(const std::string& fields) {
  return in_list(R"({"Id":"c1","Names":["/web"],"Image":"nginx","State":"running",)"
                 R"("Status":"Up 2 hours","Created":1700000000,"Labels":null,"Mounts":null)"
                 + (fields.empty() ? "" : "," + fields) + "}");
}

container first(const std::string& list) {
  const auto out = parse_containers(list);
  REQUIRE_MESSAGE(out, support::why(out));
  REQUIRE(out->listing.containers.size() == 1);
  CHECK(out->listing.left_out.empty());
  return out->listing.containers[0];
}

void check_malformed(const auto& parsed) {
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ec::docker_malformed);
  CHECK_FALSE(parsed.error().text.empty());
}

} // namespace

TEST_CASE("a listed volume is read, and null labels are empty") {
  const auto out = parse_volumes(
      R"({"Volumes":[{"CreatedAt":"2024-05-01T10:20:30Z","Driver":"local","Labels":{"a":"b"},)"
      R"("Mountpoint":"/m","Name":"data","Options":null,"Scope":"local","Unknown":[1]},)"
      R"({"Name":"plain"}],"Warnings":null})");
  REQUIRE(out);
  REQUIRE(out->volumes.size() == 2);
  CHECK(out->warnings.empty());
  volume wanted;
  wanted.name = "data";
  wanted.driver = "local";
  wanted.labels = {{"a", "b"}};
  wanted.mountpoint = "/m";
  wanted.scope = "local";
  wanted.created_at = 1714558830000000000;
  CHECK(out->volumes[0] == wanted);
  CHECK(out->volumes[1].name == "plain");
  CHECK(out->volumes[1].created_at == never);
}

TEST_CASE("warnings say that a list of volumes is partial") {
  const auto out = parse_volumes(R"({"Volumes":[],"Warnings":["list fake: refused"]})");
  REQUIRE(out);
  CHECK(out->warnings == std::vector<std::string>{"list fake: refused"});
}

TEST_CASE("Docker's null for no volumes is an empty list, a missing list is not") {
  CHECK(parse_volumes(R"({"Volumes":null,"Warnings":[]})"));
  check_malformed(parse_volumes("{}"));
  check_malformed(parse_volumes(R"({"message":"page not found"})"));
}

TEST_CASE("a body that is cut off anywhere is malformed, not a short list") {
  support::fake_world world;
  world.volumes["a"] = {.name = "a"};
  world.volumes["b"] = {.name = "b", .labels = {{"k", "v"}}};
  world.containers["1"] = {.name = "one", .mounts = {{.volume = "a", .path = "/a"}}, .id = "1"};
  world.containers["2"] = {.name = "two", .id = "2"};
  const auto volumes = support::volumes_json(world, {});
  const auto containers = support::containers_json(world);
  REQUIRE(parse_volumes(volumes));
  REQUIRE(parse_containers(containers));
  for (std::size_t size = 0; size < volumes.size(); ++size)
    REQUIRE_FALSE(parse_volumes(volumes.substr(0, size)));
  for (std::size_t size = 0; size < containers.size(); ++size)
    REQUIRE_FALSE(parse_containers(containers.substr(0, size)));
}

TEST_CASE("a listed container is read") {
  const auto x = first(
      listed(R"("Labels":{"a":"b"},"Mounts":[)"
             R"({"Type":"volume","Name":"v2","Destination":"/z","RW":false,"Driver":"local"},)"
             R"({"Type":"bind","Source":"/etc","Destination":"/etc","RW":true},)"
             R"({"Type":"tmpfs","Destination":"/run"},)"
             R"({"Type":"volume","Name":"v1","Destination":"/a","RW":true}])"));
  CHECK(x.id == "c1");
  CHECK(x.name == "web");
  CHECK(x.image == "nginx");
  CHECK(x.state == "running");
  CHECK(x.status == "Up");
  CHECK(x.labels == key_values{{"a", "b"}});
  CHECK(x.mounts == std::vector<mount>{{"v1", "/a", true}, {"v2", "/z", false}});
  CHECK(x.created_at == 1700000000000000000);
  CHECK(x.started_at == never);
  CHECK_FALSE(x.from_inspect);
  CHECK(x.unchanged_for > 0);
}

TEST_CASE("a container's own name is found among aliases and duplicates") {
  CHECK(first(listed(R"("Names":["/app/db","/db"])")).name == "db");
  CHECK(first(listed(R"("Names":["/new","/old"])")).name == "new");
  CHECK(first(listed(R"("Names":["/old","/new"])")).name == "new");
  CHECK(first(listed(R"("Names":["podman"])")).name == "podman");
  CHECK(first(listed(R"("Names":[])")).name.empty());
  CHECK(first(listed(R"("Names":null)")).name.empty());
}

TEST_CASE("a parsed list names the containers whose image is an id") {
  const auto out = parse_containers(R"([{"Id":"a","State":"running","Image":"nginx"},)"
                                    R"({"Id":"b","State":"running","Image":"sha256:12"}])");
  REQUIRE(out);
  CHECK(out->named_by_id == std::vector<std::string>{"b"});
}

TEST_CASE("an inspected container is read, with its times") {
  const auto out = parse_container(
      R"({"Id":"c1","Created":"2024-05-01T10:20:30.5Z","Name":"/web","Image":"sha256:12",)"
      R"("State":{"Status":"exited","ExitCode":3,"StartedAt":"2024-05-01T10:20:31Z",)"
      R"("FinishedAt":"2024-05-01T10:20:32Z","Health":{"Status":"unhealthy"}},)"
      R"("Mounts":[{"Type":"volume","Name":"v","Destination":"/d","RW":true}],)"
      R"("Config":{"Image":"nginx","Labels":{"a":"b"}}})",
      false);
  REQUIRE_MESSAGE(out, support::why(out));
  CHECK(out->name == "web");
  CHECK(out->image == "nginx");
  CHECK(out->state == "exited");
  CHECK(out->status == "Exited (3)");
  CHECK(out->labels == key_values{{"a", "b"}});
  CHECK(out->mounts == std::vector<mount>{{"v", "/d", true}});
  CHECK(out->created_at == 1714558830500000000);
  CHECK(out->started_at == 1714558831000000000);
  CHECK(out->finished_at == 1714558832000000000);
  CHECK(out->from_inspect);
}

TEST_CASE("an inspect without a state, a config or an id is malformed") {
  const std::string state = R"("State":{"Status":"running"})";
  const std::string config = R"("Config":{"Image":"x"})";
  CHECK(parse_container(R"({"Id":"c",)" + state + "," + config + "}", false));
  check_malformed(parse_container("{" + state + "," + config + "}", false));
  check_malformed(parse_container(R"({"Id":"c",)" + state + "}", false));
  check_malformed(parse_container(R"({"Id":"c",)" + config + "}", false));
  check_malformed(parse_container(R"({"Id":"c","State":{},)" + config + "}", false));
  check_malformed(parse_container("[]", false));
  check_malformed(parse_container("", false));
}

TEST_CASE("the status shows the health, but not Podman's, whose list has none") {
  const std::string body =
      R"({"Id":"c","State":{"Status":"running","Health":{"Status":"healthy"}},)"
      R"("Config":{}})";
  CHECK(parse_container(body, false)->status == "Up (healthy)");
  CHECK(parse_container(body, true)->status == "Up");
}

TEST_CASE("list and inspect agree in everything but times, in every state") {
  for (const auto* state :
       {"created", "running", "paused", "restarting", "removing", "exited", "dead"})
    for (const auto* health : {"", "starting", "healthy", "unhealthy"}) {
      CAPTURE(state);
      CAPTURE(health);
      const support::fake_container x{.name = "web",
                                      .mounts = {{.volume = "v", .path = "/b"},
                                                 {.volume = "w", .path = "/a", .writable = false}},
                                      .labels = {{"k", "v"}},
                                      .id = "c1",
                                      .state = state,
                                      .exit_code = 4,
                                      .health = health,
                                      .created_ns = 1'700'000'000'000'000'000,
                                      .started_ns = 1'700'000'001'000'000'000,
                                      .finished_ns = 1'700'000'002'000'000'000};
      support::fake_world world;
      world.containers["c1"] = x;
      auto left = first(support::containers_json(world));
      left.unchanged_for = 0;
      auto right = parse_container(support::container_json(x), false);
      REQUIRE(right);
      right->started_at = right->finished_at = never;
      right->from_inspect = false;
      CHECK(left == *right);
    }
}

TEST_CASE("the daemon's identity is read, and must have its time") {
  const auto out = parse_info(
      R"({"ID":"AB:CD","ServerVersion":"28.5.2","SystemTime":"2024-05-01T12:20:30.5+02:00"})",
      false);
  REQUIRE(out);
  CHECK(out->engine_id == "AB:CD");
  CHECK(out->engine_version == "28.5.2");
  CHECK(out->daemon_time == 1714558830500000000);
  check_malformed(parse_info(R"({"ID":"AB:CD","ServerVersion":"28.5.2"})", false));
  check_malformed(parse_info("OK", false));
}

TEST_CASE("volume drivers are read, and are empty when malformed") {
  struct row {
    const char* plugins;
    std::vector<std::string> names;
  };
  for (const auto& x :
       {row{R"({"Volume":["local","nas:latest"],"Network":["bridge"]})", {"local", "nas:latest"}},
        row{R"({"Volume":["local",7]})", {"local"}}, row{R"({"Volume":null})", {}},
        row{R"({})", {}}, row{"null", {}}, row{"[]", {}}}) {
    CAPTURE(x.plugins);
    const auto out = parse_info(R"({"ID":"x","SystemTime":"2024-05-01T12:20:30Z","Plugins":)"
                                    + std::string{x.plugins} + "}",
                                false);
    REQUIRE(out);
    CHECK(out->volume_drivers == x.names);
  }
}

TEST_CASE("Podman's identity does not change from call to call") {
  const auto with = [](const std::string& id) {
    return parse_info(R"({"ID":")" + id
                          + R"(","Name":"host","DockerRootDir":"/var/lib/containers",)"
                            R"("SystemTime":"2024-05-01T12:20:30Z"})",
                      true);
  };
  CHECK(with("one")->engine_id == with("two")->engine_id);
  CHECK_FALSE(with("one")->engine_id.empty());
}

TEST_CASE("a list of ten thousand volumes is read") {
  support::fake_world world;
  for (int i = 0; i < 10'000; ++i) {
    const auto name = "volume-" + std::to_string(i);
    world.volumes[name] = {.name = name, .labels = {{"i", std::to_string(i)}}};
  }
  const auto out = parse_volumes(support::volumes_json(world, {}));
  REQUIRE(out);
  CHECK(out->volumes.size() == 10'000);
}
