// What a reader hands over, and how it notices that its stream is dead or lossy.

#include "actors/inventory/docker_inspector.hpp"
#include "actors/platform/shell.hpp"
#include "actors/stream/stream_reader.hpp"
#include "tests/actors/stream_rig.hpp"

#include <doctest/doctest.h>

#include <atomic>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_container;
using support::some_volume;

namespace {

const failure broken{ec::docker_unreachable, "connection reset"};

struct reading : stream_rig {
  reading() { start(); }
  /// Something had happened a while before the stream was opened.
  explicit reading(std::chrono::milliseconds before) {
    docker.chatter(1);
    advance(before);
    start();
  }

  /// The stream has ended and there is a new one.
  void reconnect() {
    settle_end();
    until_next_stream();
    settle();
  }
  double metric(const std::string& name) const {
    const auto text = numbers->render();
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }
};

} // namespace

TEST_CASE_FIXTURE(reading, "events reach the handler of their kind in their order") {
  docker.create_volume(some_volume("a"));
  docker.run_container(some_container("c"));
  docker.create_volume(some_volume("b"));
  settle();
  REQUIRE(volumes->events.size() == 2);
  CHECK(volumes->events[0].id == "a");
  CHECK(volumes->events[1].id == "b");
  REQUIRE(containers->events.size() == 2);
  CHECK(containers->events[0].action == "create");
  CHECK(containers->events[1].action == "start");
  CHECK(memory->last_event == volumes->events[1].time);
  CHECK(memory->last_event_received == now());
}

TEST_CASE_FIXTURE(reading, "an event that the stream shows twice is sent once") {
  docker.create_volume(some_volume("a"));
  docker.repeat(docker.remembered().back());
  settle();
  CHECK(volumes->events.size() == 1);
}

TEST_CASE_FIXTURE(reading,
                  "a replay after a reconnect is recognised, and its new events are sent") {
  docker.create_volume(some_volume("before"));
  settle();
  docker.end_streams(broken);
  settle_end();
  docker.create_volume(some_volume("between"));
  until_next_stream();
  settle();
  REQUIRE(connected());
  REQUIRE(volumes->events.size() == 2);
  CHECK(volumes->events[1].id == "between");
}

TEST_CASE_FIXTURE(reading, "a malformed line lists both kinds and counts as failed") {
  docker.damage({ec::docker_malformed, "no JSON"});
  settle();
  const std::vector expected{std::pair{list_reason::damaged, std::uint64_t{0}}};
  CHECK(volumes->reconciles == expected);
  CHECK(containers->reconciles == expected);
  CHECK(numbers->events.failed_total() == 1);
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading, "a complete stream sends a barrier every few seconds") {
  docker.create_volume(some_volume("v"));
  settle();
  const auto opened = now();
  advance(5s);
  REQUIRE(reconciler->barriers.size() == 1);
  // What is younger than two seconds may still be on its way.
  CHECK(reconciler->barriers[0] == opened + 3'000'000'000);
  advance(5s);
  REQUIRE(reconciler->barriers.size() == 2);
  CHECK(reconciler->barriers[1] == opened + 8'000'000'000);
  CHECK(connected());
}

TEST_CASE("barriers use our clock, whatever the daemon's shows") {
  for (const auto skew : {-1h, 1h}) {
    stream_rig rig{skew};
    rig.start();
    rig.docker.create_volume(some_volume("v"));
    rig.settle();
    const auto opened = rig.now();
    rig.advance(5s);
    REQUIRE(rig.reconciler->barriers.size() == 1);
    CHECK(rig.reconciler->barriers[0] == opened + 3'000'000'000);
  }
}

TEST_CASE_FIXTURE(reading, "a stream that has not shown an event ends") {
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(5s);
  settle_end();
  CHECK_FALSE(connected());
  CHECK(last().why.text.find("lost 1 of 1 events") != std::string::npos);
  CHECK(reconciler->barriers.empty());
  until_next_stream();
  settle();
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading, "an event that was lost before a new stream is noticed, however late") {
  // The replay of the next stream goes back five seconds only.
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(5s);
  settle_end();
  advance(10s);
  settle();
  CHECK(connected());
  advance(1min);
  settle();
  CHECK(docker.streams_made() == 2); // the lists of the new connection cover it
}

TEST_CASE_FIXTURE(reading, "an event that is still on its way is not a loss") {
  advance(4s);
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(1s);
  CHECK(connected());
  CHECK(reconciler->barriers.empty()); // the answer may describe an earlier moment
  docker.repeat(docker.remembered().back());
  settle();
  advance(500ms);
  CHECK(connected());
  CHECK(reconciler->barriers.size() == 1);
}

TEST_CASE_FIXTURE(reading, "an event that does not come in time is a loss at the next audit") {
  advance(4s);
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(1s);
  CHECK(connected());
  advance(5s);
  CHECK_FALSE(connected());
}

TEST_CASE_FIXTURE(reading, "both kinds are listed after a daemon was slow to answer") {
  const auto hang = [this](std::chrono::milliseconds span) {
    hold([](caf::scheduled_actor& x) {
      return dynamic_cast<shell<docker_inspector>*>(&x) != nullptr;
    });
    advance(span);
    hold(nullptr);
    run();
  };
  docker.create_volume(some_volume("v"));
  settle();
  hang(6'500ms); // the audit was asked for after five seconds
  const std::pair listed{list_reason::lost_events, std::uint64_t{0}};
  CHECK(volumes->reconciles == std::vector{listed});
  CHECK(containers->reconciles == std::vector{listed});
  CHECK(reconciler->barriers.size() == 1); // it waits behind the lists
  for (int i = 0; i < 10; ++i)
    hang(6'500ms);
  CHECK(volumes->reconciles.size() > 3); // it is slow all the time
  CHECK(volumes->reconciles.size() < 7);
  advance(15s);
  const auto before = volumes->reconciles.size();
  advance(1min);
  CHECK(volumes->reconciles.size() == before);
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading, "both kinds are listed after an audit that began late") {
  docker.create_volume(some_volume("v"));
  settle();
  hold([](caf::scheduled_actor& x) { return dynamic_cast<shell<stream_reader>*>(&x) != nullptr; });
  advance(6'500ms);
  hold(nullptr);
  run();
  const std::pair listed{list_reason::lost_events, std::uint64_t{0}};
  CHECK(volumes->reconciles == std::vector{listed});
  CHECK(containers->reconciles == std::vector{listed});
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading, "one audit without an answer is repeated soon, and no more") {
  docker.fail(docker_call::events, {ec::docker_timeout, "no answer within 4 s"}, 1);
  advance(5s);
  CHECK(connected());
  CHECK(reconciler->barriers.empty());
  advance(500ms);
  CHECK(reconciler->barriers.size() == 1);
  docker.fail(docker_call::events, {ec::docker_timeout, "no answer within 4 s"}, 1);
  advance(1min);
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading,
                  "a daemon that answers no audit counts as hung, although its stream is open") {
  docker.fail(docker_call::events, {ec::docker_timeout, "no answer within 4 s"});
  advance(5500ms);
  settle_end();
  CHECK_FALSE(connected());
  CHECK(last().why.code == ec::docker_timeout);
  CHECK(last().why.text.find("does not answer while its stream is open") != std::string::npos);
  CHECK(docker.streams_open() == 0);
  docker.recover();
  until_next_stream();
  settle();
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading, "a daemon that remembers no event is not a loss") {
  docker.create_volume(some_volume("v"));
  settle();
  docker.forget_events();
  advance(1min);
  CHECK(connected());
  CHECK(docker.streams_made() == 1);
  // It may have been restarted, and the stream's end be unread: lists stand in.
  CHECK(volumes->reconciles.size() == 4);
  CHECK(reconciler->barriers.size() == 4);
}

TEST_CASE_FIXTURE(reading, "audits are counted by their outcome") {
  advance(5s);
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(5s);
  const auto text = numbers->render();
  CHECK(text.find("audit") != std::string::npos);
}

TEST_CASE("a reader that fell too far behind the daemon lists both kinds once") {
  stream_rig rig;
  rig.parts.reader.audits.backlog = 3;
  rig.start();
  const auto then = rig.now();
  const auto show = [&](timestamp at) {
    rig.docker.repeat({.kind = resource_kind::volume, .action = "create", .id = "v", .time = at});
    rig.settle();
  };
  rig.elapse(1s);
  show(then + 1);
  show(then + 2);
  show(rig.now());
  show(then + 3);
  show(then + 4);
  CHECK(rig.volumes->reconciles.empty());
  show(then + 5);
  show(then + 6);
  const std::vector expected{std::pair{list_reason::lost_events, std::uint64_t{0}}};
  CHECK(rig.volumes->reconciles == expected);
  CHECK(rig.containers->reconciles == expected);
}

// What a daemon has forgotten proves nothing: it keeps 256 events, of all types.

TEST_CASE_FIXTURE(reading,
                  "both kinds are listed before a barrier when unread events were forgotten") {
  advance(2500ms);
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(500ms);
  docker.chatter(256);
  advance(2s);
  const std::vector expected{std::pair{list_reason::lost_events, std::uint64_t{0}}};
  CHECK(volumes->reconciles == expected);
  CHECK(containers->reconciles == expected);
  CHECK(reconciler->barriers.size() == 1);
  CHECK(connected());
}

TEST_CASE("a daemon that has forgotten nothing since the last audit proves it") {
  reading rig{1h};
  for (int i = 0; i < 12; ++i) {
    rig.advance(1s);
    rig.docker.chatter(40);
  }
  rig.advance(5s);
  CHECK(rig.volumes->reconciles.empty());
  CHECK(rig.reconciler->barriers.size() >= 3);
}

TEST_CASE("an idle daemon is proven by its last event") {
  reading rig{1h};
  rig.advance(1min);
  CHECK(rig.volumes->reconciles.empty());
  CHECK(rig.reconciler->barriers.size() == 12);
}

TEST_CASE("a restarted daemon that remembers nothing proves nothing") {
  reading rig{1h};
  rig.advance(2500ms);
  rig.docker.unseen([&rig] { rig.docker.create_volume(some_volume("v")); });
  rig.docker.forget_events();
  rig.advance(2500ms);
  CHECK(rig.volumes->reconciles.size() == 1);
  CHECK(rig.reconciler->barriers.size() == 1);
}

TEST_CASE_FIXTURE(reading, "an event of the last second proves everything before it") {
  advance(4900ms);
  docker.chatter(300);
  docker.create_volume(some_volume("v"));
  settle();
  advance(100ms);
  CHECK(volumes->reconciles.empty());
  CHECK(reconciler->barriers.size() == 1);
}

TEST_CASE_FIXTURE(reading, "an event shown seconds ago proves nothing after it") {
  advance(3s);
  docker.create_volume(some_volume("v"));
  settle();
  docker.chatter(255);
  advance(2s);
  CHECK(volumes->reconciles.size() == 1);
}

TEST_CASE("audits keep pace with a daemon that forgets sooner") {
  // 100 and 400 containers with a health check every five seconds: three events each.
  for (const auto tenth : {6u, 24u}) {
    CAPTURE(tenth);
    reading rig;
    for (int i = 0; i < 600; ++i) {
      rig.docker.chatter(tenth);
      rig.advance(100ms);
    }
    CHECK(rig.volumes->reconciles.size() == 1); // until it has learnt
    CHECK(rig.reconciler->barriers.size() > 30);
    rig.advance(1min);
    const auto before = rig.docker.calls(docker_call::events);
    rig.advance(1min);
    CHECK(rig.docker.calls(docker_call::events) == before + 12);
  }
}

TEST_CASE_FIXTURE(reading,
                  "a daemon that forgets too fast for audits is listed a few times a minute") {
  for (int i = 0; i < 600; ++i) {
    docker.chatter(60);
    advance(100ms);
  }
  CHECK(volumes->reconciles.size() >= 3);
  CHECK(volumes->reconciles.size() <= 4);
  CHECK(reconciler->barriers.size() == volumes->reconciles.size());
}

TEST_CASE_FIXTURE(reading,
                  "an event that an audit has seen is a loss even if the daemon forgot it since") {
  advance(4s);
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(1s); // may still be on its way
  CHECK(connected());
  docker.chatter(256);
  advance(5s);
  CHECK_FALSE(connected());
}

// What clocks do.

TEST_CASE_FIXTURE(reading, "a set clock of the daemon leads to a new stream") {
  for (const auto by : {10s, -10s}) {
    CAPTURE(by.count());
    advance(10s);
    const auto before = reconciler->barriers.size();
    containers->reconciles.clear();
    docker.set_clock(by);
    advance(5s);
    CHECK_FALSE(connected());
    // The ages in its lists prove nothing.
    REQUIRE(containers->reconciles.size() == 1);
    CHECK(containers->reconciles[0].first == list_reason::lost_rows);
    CHECK(last().why.text.find("clock was set") != std::string::npos);
    CHECK(reconciler->barriers.size() == before);
    reconnect();
    REQUIRE(connected());
    const auto opened = now();
    advance(5s);
    REQUIRE(reconciler->barriers.size() == before + 1);
    CHECK(reconciler->barriers.back() == opened + 3'000'000'000);
  }
}

TEST_CASE("a set clock of ours leads to a new stream") {
  for (const auto by : {700ms, -700ms, 3'600'000ms, -3'600'000ms}) {
    CAPTURE(by.count());
    stream_rig rig;
    std::atomic<timestamp> ahead{0};
    rig.context->now = [&ahead, real = rig.context->now] { return real() + ahead; };
    rig.start();
    rig.docker.create_volume(some_volume("v"));
    rig.settle();
    rig.advance(10s);
    CHECK(rig.reconciler->barriers.size() == 2);
    ahead = std::chrono::nanoseconds{by}.count();
    rig.advance(5s);
    CHECK_FALSE(rig.connected());
    CHECK(rig.last().why.text.find("our clock was set") != std::string::npos);
    CHECK(rig.reconciler->barriers.size() == 2);
    rig.settle_end();
  }
}

TEST_CASE_FIXTURE(reading, "a clock that is corrected gradually does not count as set") {
  for (int i = 0; i < 12; ++i) {
    docker.set_clock(2ms);
    advance(5s);
  }
  CHECK(connected());
  CHECK(docker.streams_made() == 1);
}
