// How audits notice that a stream is dead or has lost events.

#include "tests/actors/reading_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_volume;

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

TEST_CASE_FIXTURE(reading, "audits are counted by their outcome") {
  advance(5s);
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(5s);
  CHECK(numbers->stream.audits(metrics::audit_result::passed).value() == 1);
  CHECK(numbers->stream.audits(metrics::audit_result::failed).value() == 1);
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
