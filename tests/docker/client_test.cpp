// The client against a fake daemon that answers: dialects, versions, contents, error texts.
#include "tests/docker/fake_client.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::docker::testing;
using namespace std::chrono_literals;
using support::fake_daemon;

TEST_CASE("the API version is the lower of ours and the daemon's") {
  struct {
    support::fake_dialect dialect;
    const char* version;
  } const table[]{{support::docker_20(), "1.41"},
                  {support::docker_29(), "1.47"},
                  {support::podman_4(), "1.41"}};
  for (const auto& [dialect, version] : table) {
    CAPTURE(dialect.engine_version);
    fake_daemon daemon{dialect};
    const auto client = client_of(daemon);
    const auto identity = client->identify(patience);
    REQUIRE_MESSAGE(identity, support::why(identity));
    CHECK(identity->api_version == version);
    CHECK(identity->podman == dialect.podman);
    CHECK(identity->engine_version == dialect.engine_version);
    CHECK(client->list_volumes(patience));
    CHECK(daemon.targets()
          == std::vector<std::string>{"/_ping", "/v" + std::string{version} + "/info",
                                      "/v" + std::string{version} + "/volumes"});
    CHECK(daemon.connections() == 1);
  }
}

TEST_CASE("the error of a daemon that is too new has the daemon's message") {
  auto dialect = support::docker_29();
  dialect.min_api_version = "1.48";
  fake_daemon daemon{dialect};
  const auto out = client_of(daemon)->list_volumes(patience);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == ec::docker_refused);
  CHECK(
      contains(out.error().text, "client version 1.47 is too old. Minimum supported API version"));
}

TEST_CASE("the version is negotiated again after an upgrade of the daemon") {
  fake_daemon daemon{support::docker_20()};
  const auto client = client_of(daemon);
  REQUIRE(client->list_volumes(patience));
  daemon.shut_down();
  daemon.set_dialect(support::docker_29());
  daemon.start_again();
  const auto identity = client->identify(patience);
  REQUIRE_MESSAGE(identity, support::why(identity));
  CHECK(identity->api_version == "1.47");
}

TEST_CASE("identify() reports the daemon's clock and ours at one moment") {
  fake_daemon daemon;
  daemon.set_clock_offset(1h);
  const auto identity = client_of(daemon)->identify(patience);
  REQUIRE(identity);
  const auto ahead = identity->daemon_time - identity->local_time;
  CHECK(std::abs(ahead - 3'600'000'000'000) < 1'000'000'000);
}

TEST_CASE("lists and inspects show the daemon's resources, over TCP too") {
  for (const auto where : {fake_daemon::on::unix_socket, fake_daemon::on::tcp}) {
    fake_daemon daemon{support::docker_20(), where};
    const auto client = client_of(daemon);
    daemon.create_volume("data", {{"team", "a"}});
    const auto id = daemon.run({.name = "web", .mounts = {{.volume = "data", .path = "/d"}}});

    const auto volumes = client->list_volumes(patience);
    REQUIRE_MESSAGE(volumes, support::why(volumes));
    REQUIRE(volumes->volumes.size() == 1);
    const auto one = client->inspect_volume("data", patience);
    REQUIRE(one);
    REQUIRE(*one);
    CHECK(**one == volumes->volumes[0]);
    CHECK((*one)->labels == key_values{{"team", "a"}});

    const auto containers = client->list_containers(patience);
    REQUIRE(containers);
    REQUIRE(containers->containers.size() == 1);
    CHECK(containers->containers[0].mounts == std::vector<mount>{{"data", "/d", true}});
    const auto web = client->inspect_container(id, patience);
    REQUIRE(web);
    REQUIRE(*web);
    CHECK((*web)->name == "web");
    CHECK((*web)->status == containers->containers[0].status);
  }
}

TEST_CASE("a resource that the daemon says is gone is not a failure") {
  for (const auto& dialect : {support::docker_20(), support::podman_4()}) {
    fake_daemon daemon{dialect};
    const auto client = client_of(daemon);
    const auto volume = client->inspect_volume("none", patience);
    REQUIRE_MESSAGE(volume, support::why(volume));
    CHECK_FALSE(*volume);
    const auto container = client->inspect_container("none", patience);
    REQUIRE_MESSAGE(container, support::why(container));
    CHECK_FALSE(*container);
  }
}

TEST_CASE("a 404 with another message does not mean that a resource is gone") {
  fake_daemon daemon;
  daemon.create_volume("data");
  const auto client = client_of(daemon);
  for (const auto* words : {"page not found", "plugin \"fake\" not found"}) {
    daemon.fail_next("/volumes/data", 404, words);
    const auto out = client->inspect_volume("data", patience);
    REQUIRE_FALSE(out);
    CHECK(out.error().code == ec::docker_refused);
    CHECK(contains(out.error().text, words));
  }
  daemon.answer_next("/volumes/data", {.status = 404, .body = "<html>no route</html>"});
  CHECK_FALSE(client->inspect_volume("data", patience));
  CHECK(client->inspect_volume("data", patience));
}

TEST_CASE("any volume name reaches the daemon unchanged") {
  fake_daemon daemon;
  const auto client = client_of(daemon);
  for (const std::string name : {"a/b", "a b", "a?b=c#d", "%41", "json", "\xc3\xa4"}) {
    CAPTURE(name);
    daemon.create_volume(name);
    const auto out = client->inspect_volume(name, patience);
    REQUIRE_MESSAGE(out, support::why(out));
    REQUIRE(*out);
    CHECK((*out)->name == name);
  }
  CHECK_FALSE(client->inspect_volume("", patience));
  CHECK_FALSE(client->inspect_container("", patience));
}

TEST_CASE("an HTTP error has the daemon's message") {
  fake_daemon daemon;
  const auto client = client_of(daemon);
  daemon.fail_next("/volumes", 500, "open /var/lib/docker: no space left on device");
  const auto out = client->list_volumes(patience);
  REQUIRE_FALSE(out);
  CHECK(out.error()
        == failure{ec::docker_refused, "couldn't list volumes: the daemon answered 500: open "
                                       "/var/lib/docker: no space left on device"});
  daemon.answer_next("/containers/json", {.status = 503, .body = "<b>busy</b>\n"});
  CHECK(client->list_containers(patience).error().text
        == "couldn't list containers: the daemon answered 503: <b>busy</b>");
  CHECK(client->list_containers(patience));
  daemon.fail_next("/_ping", 403, "Forbidden by the proxy");
  const auto other = client_of(daemon)->list_volumes(patience);
  REQUIRE_FALSE(other);
  CHECK(contains(other.error().text, "Forbidden by the proxy"));
}

TEST_CASE("a server that is not a Docker daemon is recognised") {
  fake_daemon daemon{{.api_version = ""}};
  const auto out = client_of(daemon)->identify(patience);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == ec::docker_malformed);
  CHECK(contains(out.error().text, "DOCKER_HOST"));
}

TEST_CASE("warnings of the volume list are reported") {
  fake_daemon daemon;
  daemon.set_warnings({"list fake: connection refused"});
  const auto out = client_of(daemon)->list_volumes(patience);
  REQUIRE(out);
  CHECK(out->warnings == std::vector<std::string>{"list fake: connection refused"});
}

TEST_CASE("an image whose tag has moved has the name from one inspect") {
  fake_daemon daemon;
  const auto id = daemon.run({.name = "old", .image = "app:1", .image_moved = true});
  daemon.run({.name = "new", .image = "app:1"});
  const auto client = client_of(daemon);
  for (int i = 0; i < 3; ++i) {
    const auto out = client->list_containers(patience);
    REQUIRE(out);
    REQUIRE(out->containers.size() == 2);
    for (const auto& x : out->containers)
      CHECK(x.image == "app:1");
  }
  CHECK(daemon.requests("/containers/" + id + "/json") == 1);
}

TEST_CASE("a list succeeds when the inspect for an image's name fails") {
  fake_daemon daemon;
  const auto id = daemon.run({.name = "old", .image = "app:1", .image_moved = true});
  daemon.fail_next("/containers/" + id + "/json", 500, "locked");
  const auto client = client_of(daemon);
  const auto out = client->list_containers(patience);
  REQUIRE(out);
  CHECK(out->containers[0].image.starts_with("sha256:"));
  CHECK(client->list_containers(patience)->containers[0].image == "app:1");
}

TEST_CASE("malformed lists and inspects of the wrong resource are failures") {
  fake_daemon daemon;
  daemon.create_volume("data");
  const auto client = client_of(daemon);
  daemon.answer_next("/volumes", {.body = "[]"});
  CHECK(client->list_volumes(patience).error().code == ec::docker_malformed);
  daemon.answer_next("/containers/json", {.body = "null"});
  CHECK(client->list_containers(patience).error().code == ec::docker_malformed);
  daemon.answer_next("/volumes/data", {.body = R"({"Name":"other"})"});
  CHECK(client->inspect_volume("data", patience).error().code == ec::docker_malformed);
  daemon.answer_next("/info", {.body = "{}"});
  CHECK(client->identify(patience).error().code == ec::docker_malformed);
}
