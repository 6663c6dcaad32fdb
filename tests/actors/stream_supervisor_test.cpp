// How a stream is opened again, and what the other actors are sent about it.

#include "tests/actors/stream_rig.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

namespace {

const failure refused{ec::docker_unreachable, "connection refused"};
const failure clean_end{ec::docker_unreachable, "the daemon has ended the stream"};

/// Fails to open so many streams, and ends with the wait after the last of them.
void fail_attempts(stream_rig& rig, int n) {
  rig.docker.refuse_streams(refused);
  rig.start_supervisor();
  rig.settle_end();
  for (int i = 1; i < n; ++i) {
    rig.until_next_stream();
    rig.settle_end();
  }
}

} // namespace

TEST_CASE_FIXTURE(stream_rig, "connected means that the daemon has answered the request") {
  docker.keep_streams_waiting();
  start_supervisor();
  settle();
  CHECK(docker.streams_made() == 1);
  advance(1min);
  CHECK_FALSE(connected());
  docker.accept_streams();
  settle();
  REQUIRE(connected());
  CHECK(last().engine_id == "scripted");
  CHECK(last().engine_version == "26.1.0");
  CHECK(last().connected_since == now());
  CHECK(reconciler->streams.size() == health->streams.size());
  CHECK(metrics_heard->streams.size() == health->streams.size());
}

TEST_CASE_FIXTURE(stream_rig, "the waits between attempts double within their bounds") {
  fail_attempts(*this, 1);
  constexpr std::pair<std::chrono::milliseconds, std::chrono::milliseconds> expected[]{
      {1000ms, 1200ms}, {1600ms, 2400ms}, {3200ms, 4800ms}, {6400ms, 8000ms},
      {6400ms, 8000ms}, {6400ms, 8000ms}, {6400ms, 8000ms}};
  for (const auto& [least, most] : expected) {
    const auto waited = until_next_stream();
    CAPTURE(waited.count());
    CHECK(waited >= least);
    CHECK(waited <= most + 10ms);
    settle_end();
  }
  CHECK(log.count("warning not connected: ") == 1); // the others at debug
}

TEST_CASE("the next stream waits its time however the last one ended") {
  struct ending {
    const char* what;
    failure why;
    bool opened;
  };
  const ending endings[]{
      {"a clean end", clean_end, true},
      {"a broken connection", {ec::docker_unreachable, "connection reset"}, true},
      {"a malformed answer", {ec::docker_malformed, "no chunk"}, true},
      {"a refused connection", refused, false},
      {"an HTTP error", {ec::docker_refused, "500: not now"}, false},
      {"no answer", {ec::docker_timeout, "no answer within 5 s"}, false},
  };
  for (const auto& x : endings) {
    CAPTURE(x.what);
    stream_rig rig;
    if (x.opened) {
      rig.start();
      rig.docker.end_streams(x.why);
    } else {
      rig.docker.refuse_streams(x.why);
      rig.start_supervisor();
    }
    rig.settle_end();
    CHECK_FALSE(rig.connected());
    CHECK(rig.last().why == x.why);
    CHECK(rig.last().docker_answers == (x.why.code == ec::docker_refused));
    const auto waited = rig.until_next_stream();
    CHECK(waited >= 1000ms);
    CHECK(waited <= 1210ms);
  }
}

TEST_CASE_FIXTURE(stream_rig,
                  "a daemon that ends every stream at once does not cause a busy loop") {
  start();
  auto most = 0ms;
  for (int i = 0; i < 5; ++i) {
    docker.end_streams(clean_end);
    settle_end();
    most = std::max(most, until_next_stream());
    settle();
  }
  CHECK(most >= 6400ms);
}

TEST_CASE("a stream that lived for five seconds resets the waits") {
  for (const auto lived : {4s, 6s}) {
    CAPTURE(lived.count());
    stream_rig rig;
    fail_attempts(rig, 4);
    rig.docker.accept_streams();
    rig.until_next_stream();
    rig.settle();
    REQUIRE(rig.connected());
    rig.advance(lived);
    rig.docker.end_streams(clean_end);
    rig.settle_end();
    const auto waited = rig.until_next_stream();
    CHECK((waited <= 1210ms) == (lived == 6s));
  }
}

TEST_CASE_FIXTURE(stream_rig, "reconnects are counted, the first connection and attempts are not") {
  fail_attempts(*this, 2);
  docker.accept_streams();
  until_next_stream();
  settle();
  REQUIRE(connected());
  CHECK(last().reconnects == 0);
  CHECK(last().last_reconnect == never);
  docker.end_streams(clean_end);
  settle_end();
  CHECK(last().reconnects == 0);
  until_next_stream();
  settle();
  CHECK(last().reconnects == 1);
  CHECK(last().last_reconnect == last().connected_since);
}

TEST_CASE_FIXTURE(stream_rig, "the length of a stream's life is reported once") {
  start();
  advance(90s);
  docker.end_streams(clean_end);
  docker.refuse_streams(refused);
  settle_end();
  for (int i = 0; i < 3; ++i) {
    until_next_stream();
    settle_end();
  }
  send(supervisor, atom::identify_v);
  run();
  std::vector<double> lives;
  for (const auto& x : metrics_heard->streams)
    if (x.lived_seconds > 0)
      lives.push_back(x.lived_seconds);
  REQUIRE(lives.size() == 1);
  CHECK(lives[0] == doctest::Approx(90));
}

TEST_CASE_FIXTURE(stream_rig, "a request publishes the state of the stream again") {
  start();
  const auto before = health->streams.size();
  send(supervisor, atom::identify_v);
  run();
  CHECK(health->streams.size() == before + 1);
  CHECK(connected());
}

TEST_CASE("a new socket ends a long wait, but not before the shortest") {
  stream_rig rig;
  fail_attempts(rig, 4); // the wait is 6.4 s at least
  rig.advance(100ms);
  rig.send(rig.supervisor, atom::wake_v);
  const auto early = rig.until_next_stream();
  CHECK(early >= 890ms);
  CHECK(early <= 910ms);
  rig.settle_end();
  rig.advance(3s);
  rig.send(rig.supervisor, atom::wake_v);
  CHECK(rig.until_next_stream() <= 10ms);
}

TEST_CASE_FIXTURE(stream_rig, "a daemon that was away and answers again ends a long wait") {
  parts.backoff_max = 300s;
  docker.fail(support::docker_call::identify, refused);
  fail_attempts(*this, 6); // the wait is 25.6 s at least
  advance(3s);
  docker.recover();
  docker.accept_streams();
  CHECK(until_next_stream() <= 4s);
  settle();
  CHECK(connected());
}

TEST_CASE("a daemon that answers is asked for a stream every eight seconds at least") {
  for (const auto opens : {true, false}) {
    CAPTURE(opens);
    stream_rig rig;
    rig.parts.backoff_max = 300s;
    rig.start();
    if (!opens)
      rig.docker.refuse_streams({ec::docker_refused, "500: not now"});
    rig.docker.end_streams(clean_end);
    for (int i = 0; i < 9; ++i) {
      rig.settle_end();
      const auto waited = rig.until_next_stream();
      CAPTURE(waited.count());
      CHECK(waited >= 1000ms);
      CHECK(waited <= 8010ms);
      CHECK((waited >= 6400ms) == (i > 2)); // no busy loop either
      if (opens) {
        rig.settle();
        rig.docker.end_streams(clean_end);
      }
    }
  }
}

TEST_CASE_FIXTURE(stream_rig, "a minimum wait of more than eight seconds is respected") {
  parts.backoff_min = 20s;
  parts.backoff_max = 300s;
  start();
  for (int i = 0; i < 4; ++i) {
    docker.end_streams(clean_end);
    settle_end();
    CHECK(until_next_stream() >= 20s);
    settle();
  }
}

TEST_CASE_FIXTURE(stream_rig, "the waits for a daemon that is away grow") {
  parts.backoff_max = 300s;
  docker.fail(support::docker_call::identify, refused);
  fail_attempts(*this, 6);
  CHECK(until_next_stream() >= 25s);
}

TEST_CASE_FIXTURE(stream_rig, "a new socket does not disturb an open stream") {
  start();
  send(supervisor, atom::wake_v);
  advance(10s);
  settle();
  CHECK(docker.streams_made() == 1);
  CHECK(connected());
}

TEST_CASE_FIXTURE(stream_rig, "a reader that dies is replaced as if its stream had ended") {
  start();
  docker.throw_next(support::docker_call::events, "a defect"); // kills the auditor only
  docker.end_streams(clean_end);
  settle_end();
  CHECK(reader_slot->restarts == 1);
  until_next_stream();
  settle();
  CHECK(connected());
  CHECK(reader_slot->state == actor_state::running);
}

TEST_CASE_FIXTURE(stream_rig, "a stop is answered when the stream is closed") {
  start();
  const auto stopped = ask<bool>(supervisor, atom::stop_v);
  REQUIRE(run_until([&] { return !stopped->pending(); }));
  CHECK(stopped->value == true);
  CHECK(docker.streams_open() == 0);
  advance(10min);
  CHECK(docker.streams_made() == 1);
}

TEST_CASE_FIXTURE(stream_rig, "a stop during a wait ends the wait") {
  fail_attempts(*this, 3);
  CHECK(ask<bool>(supervisor, atom::stop_v)->value == true);
  advance(10min);
  CHECK(docker.streams_made() == 3);
}

TEST_CASE_FIXTURE(stream_rig, "a supervisor that dies closes its stream") {
  start();
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  CHECK(run_until([this] { return docker.streams_open() == 0; }));
}
