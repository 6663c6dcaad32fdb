// The event stream against a fake daemon.
#include "docker/client.hpp"
#include "tests/docker/recorder.hpp"
#include "tests/docker/why.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fake_daemon.hpp"

#include <doctest/doctest.h>

#include <future>
#include <thread>
#include <utility>

using namespace volumeviz;
using namespace std::chrono_literals;
using support::eventually;
using support::fake_answer;
using support::fake_daemon;
using support::stream_recorder;

namespace {

std::shared_ptr<const docker::daemon> reach(const fake_daemon& daemon) {
  auto out = docker::connect_to({.host = daemon.host(), .tls = false, .cert_path = ""});
  REQUIRE_MESSAGE(out, support::why(out));
  return *out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string line(const std::string& id, const std::string& label = "") {
  return R"({"Type":"volume","Action":"create","Actor":{"ID":")" + id + R"(","Attributes":{"l":")"
         + label + R"("}},"timeNano":7})" + "\n";
}

failure end_of(const stream_recorder& stream) {
  REQUIRE(eventually([&] { return stream.ended().has_value(); }));
  return *stream.ended();
}

} // namespace

TEST_CASE("events arrive in order, in every dialect, over both sockets") {
  auto sequence = support::docker_29();
  sequence.json_seq = true;
  for (const auto& dialect :
       {support::docker_20(), support::docker_29(), support::podman_4(), sequence})
    for (const auto where : {fake_daemon::on::unix_socket, fake_daemon::on::tcp}) {
      CAPTURE(dialect.engine_version);
      fake_daemon daemon{dialect, where};
      stream_recorder stream{*reach(daemon)};
      REQUIRE(eventually([&] { return daemon.streams() == 1; }));
      daemon.create_volume("a");
      const auto id = daemon.run({.name = "web", .mounts = {{.volume = "a", .path = "/a"}}});
      daemon.execute(id);
      daemon.set_health(id, "healthy");
      daemon.remove(id);
      daemon.remove_volume("a");
      const std::string gone = dialect.podman ? "remove" : "destroy";
      REQUIRE(eventually([&] { return stream.saw(resource_kind::volume, gone, "a"); }));
      std::vector<std::string> actions;
      for (const auto& event : stream.events())
        actions.push_back(event.action
                          + (event.kind == resource_kind::volume ? " " + event.id : ""));
      CHECK(actions
            == std::vector<std::string>{"create a", "create", "start", "health_status", "kill",
                                        "die", gone, gone + " a"});
      CHECK(stream.damage().empty());
      CHECK(stream.bytes() > 500);
      CHECK(stream.ignored() == (dialect.podman ? 3 : 0)); // the execs; Docker filters them out
      CHECK(stream.identity()->podman == dialect.podman);
    }
}

TEST_CASE("the subscription begins before the daemon's current time") {
  fake_daemon daemon;
  daemon.set_clock_offset(-1h);
  daemon.create_volume("before");
  stream_recorder stream{*reach(daemon)};
  CHECK(eventually([&] { return stream.saw(resource_kind::volume, "create", "before"); }));
  stream.stop();
  REQUIRE(eventually([&] { return daemon.streams() == 0; }));
  // Without an overlap, what was before is over.
  stream_recorder late{*reach(daemon), {.overlap = 0ms}};
  REQUIRE(eventually([&] { return daemon.streams() == 1; }));
  daemon.create_volume("after");
  REQUIRE(eventually([&] { return late.saw(resource_kind::volume, "create", "after"); }));
  CHECK_FALSE(late.saw(resource_kind::volume, "create", "before"));
}

TEST_CASE("a stream uses one connection") {
  fake_daemon daemon;
  stream_recorder stream{*reach(daemon)};
  REQUIRE(eventually([&] { return stream.opened(); }));
  CHECK(daemon.connections() == 1);
  const auto targets = daemon.targets();
  REQUIRE(targets.size() == 3);
  CHECK(targets[0] == "/_ping");
  CHECK(targets[1] == "/v1.41/info");
  CHECK(targets[2].starts_with("/v1.41/events?"));
}

TEST_CASE("a stream is open only after the daemon has answered its request") {
  fake_daemon daemon;
  daemon.hold("/events");
  stream_recorder stream{*reach(daemon)};
  REQUIRE(eventually([&] { return daemon.requests("/events") == 1; }));
  CHECK(support::throughout([&] { return !stream.opened(); }, 50ms));
  daemon.release("/events");
  CHECK(eventually([&] { return stream.opened(); }));
}

TEST_CASE("an answer other than 200 is a refusal with the daemon's message") {
  for (const int status : {204, 400, 404, 500, 503}) {
    CAPTURE(status);
    fake_daemon daemon;
    daemon.fail_next("/events", status, "no events today");
    stream_recorder stream{*reach(daemon)};
    const auto why = end_of(stream);
    CHECK(why.code == ec::docker_refused);
    CHECK(contains(why.text, std::to_string(status)));
    if (status != 204) // has no body
      CHECK(contains(why.text, "no events today"));
    CHECK_FALSE(stream.opened());
  }
}

TEST_CASE("a daemon that does not answer a step in time ends the stream") {
  for (const auto* path : {"/_ping", "/info", "/events"}) {
    CAPTURE(path);
    fake_daemon daemon;
    daemon.hold(path);
    stream_recorder stream{*reach(daemon), {.connect_limit = 200ms}};
    CHECK(end_of(stream).code == ec::docker_timeout);
    CHECK_FALSE(stream.opened());
  }
}

TEST_CASE("the limit for connecting does not end an open stream") {
  fake_daemon daemon;
  stream_recorder stream{*reach(daemon), {.connect_limit = 100ms}};
  REQUIRE(eventually([&] { return daemon.streams() == 1; }));
  CHECK(support::throughout([&] { return !stream.ended(); }, 300ms));
  daemon.create_volume("late");
  CHECK(eventually([&] { return stream.saw(resource_kind::volume, "create", "late"); }));
}

TEST_CASE("a clean end and an abrupt one have the same error code") {
  for (const bool clean : {true, false}) {
    fake_daemon daemon;
    stream_recorder stream{*reach(daemon)};
    REQUIRE(eventually([&] { return daemon.streams() == 1; }));
    if (clean)
      daemon.end_streams();
    else
      daemon.cut_streams();
    const auto why = end_of(stream);
    CHECK(why.code == ec::docker_unreachable);
    CHECK(contains(why.text, clean ? "has ended" : "broke off"));
    CHECK(stream.opened());
  }
}

TEST_CASE("a stream that the daemon has closed is not connected, even with unread data") {
  fake_daemon daemon;
  const auto stream = reach(daemon)->make_stream({});
  CHECK_FALSE(stream->connected());
  std::promise<void> busy, go_on;
  docker::stream_sinks sinks;
  sinks.opened = [](const daemon_identity&) {};
  sinks.bytes = [](std::size_t) {};
  sinks.event = [&, first = true](docker_event&&) mutable {
    if (!std::exchange(first, false))
      return;
    busy.set_value();
    go_on.get_future().wait();
  };
  std::jthread thread{[&] { stream->run(sinks); }};
  REQUIRE(eventually([&] { return daemon.streams() == 1; }));
  daemon.create_volume("v");
  busy.get_future().wait();
  daemon.send_raw(line("nobody reads this"));
  CHECK(stream->connected());
  daemon.cut_streams();
  CHECK(eventually([&] { return !stream->connected(); }));
  go_on.set_value();
  stream->stop();
}

TEST_CASE("a line that is incomplete at the end is discarded") {
  fake_daemon daemon;
  stream_recorder stream{*reach(daemon)};
  REQUIRE(eventually([&] { return daemon.streams() == 1; }));
  daemon.send_raw(line("whole"));
  daemon.send_raw(line("half").substr(0, 40));
  REQUIRE(eventually([&] { return stream.saw(resource_kind::volume, "create", "whole"); }));
  daemon.cut_streams();
  end_of(stream);
  CHECK(stream.events().size() == 1);
  CHECK(stream.damage().empty());
}

TEST_CASE("lines may arrive byte by byte or joined") {
  fake_daemon daemon;
  daemon.set_chunk_size(1);
  stream_recorder stream{*reach(daemon)};
  REQUIRE(eventually([&] { return daemon.streams() == 1; }));
  daemon.send_raw(line("one"));
  daemon.set_chunk_size(0);
  daemon.send_raw(line("two") + line("three") + line("four"));
  REQUIRE(eventually([&] { return stream.events().size() == 4; }));
  CHECK(stream.events()[0].id == "one");
  CHECK(stream.events()[3].id == "four");
}

TEST_CASE("a line of megabytes arrives, one above the limit is reported once and skipped") {
  fake_daemon daemon;
  stream_recorder stream{*reach(daemon), {.line_limit = 3'000'000}};
  REQUIRE(eventually([&] { return daemon.streams() == 1; }));
  daemon.send_raw(line("big", std::string(2'000'000, 'x')));
  daemon.send_raw(line("too big", std::string(4'000'000, 'x')));
  daemon.send_raw(line("next"));
  REQUIRE(eventually([&] { return stream.saw(resource_kind::volume, "create", "next"); }));
  CHECK(stream.saw(resource_kind::volume, "create", "big"));
  CHECK_FALSE(stream.saw(resource_kind::volume, "create", "too big"));
  REQUIRE(stream.damage().size() == 1);
  CHECK(stream.damage()[0].code == ec::docker_too_large);
}

TEST_CASE("a line that is not JSON is damaged, and the stream goes on") {
  fake_daemon daemon;
  stream_recorder stream{*reach(daemon)};
  REQUIRE(eventually([&] { return daemon.streams() == 1; }));
  daemon.send_raw("rubbish\n\n" + line("") + line("good"));
  REQUIRE(eventually([&] { return stream.saw(resource_kind::volume, "create", "good"); }));
  CHECK(stream.damage().size() == 2);
  CHECK_FALSE(stream.ended());
}

TEST_CASE("stop() ends the stream at once in every phase") {
  for (const auto* phase : {"/_ping", "/info", "/events", "open", "flowing"}) {
    CAPTURE(phase);
    const std::string where = phase;
    fake_daemon daemon;
    if (where.starts_with('/'))
      daemon.hold(where);
    stream_recorder stream{*reach(daemon)};
    if (where.starts_with('/'))
      REQUIRE(eventually([&] { return daemon.requests(where) == 1; }));
    else
      REQUIRE(eventually([&] { return stream.opened() && daemon.streams() == 1; }));
    if (where == "flowing")
      for (int i = 0; i < 2000; ++i)
        daemon.create_volume("v" + std::to_string(i));
    CHECK(stream.stop() < 1s); // measured: below 10 ms; the rest is for busy machines
    CHECK(end_of(stream).code == ec::cancelled);
  }
}

TEST_CASE("a stream that is stopped before it runs does not connect") {
  fake_daemon daemon;
  const auto stream = reach(daemon)->make_stream({});
  stream->stop();
  CHECK(stream->run({}).code == ec::cancelled);
  CHECK(daemon.connections() == 0);
}

TEST_CASE("a stream without a daemon ends with the reason") {
  fake_daemon daemon;
  daemon.shut_down();
  stream_recorder stream{*reach(daemon)};
  const auto why = end_of(stream);
  CHECK(why.code == ec::docker_unreachable);
  CHECK(contains(why.text, "couldn't open the event stream: there is no socket"));
}

TEST_CASE("a sink that throws ends the stream, not the process") {
  fake_daemon daemon;
  const auto stream = reach(daemon)->make_stream({});
  docker::stream_sinks sinks;
  sinks.opened = [](const daemon_identity&) { throw std::runtime_error{"full"}; };
  const auto why = stream->run(sinks);
  CHECK(why.code == ec::internal);
  CHECK(contains(why.text, "full"));
}

TEST_CASE("ten thousand events in a burst all arrive, in order") {
  fake_daemon daemon;
  stream_recorder stream{*reach(daemon)};
  REQUIRE(eventually([&] { return daemon.streams() == 1; }));
  for (int i = 0; i < 10'000; ++i)
    daemon.emit({.type = "volume", .action = "create", .id = "v" + std::to_string(i)});
  REQUIRE(eventually([&] { return stream.events().size() == 10'000; }));
  const auto events = stream.events();
  for (std::size_t i = 0; i < events.size(); ++i)
    REQUIRE(events[i].id == "v" + std::to_string(i));
}
