// A handler of a standby: another node has the lock of the host's rows.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::some_volume;

TEST_CASE_FIXTURE(volume_handler_rig,
                  "what is observed while another node writes the rows is written later") {
  list(list_reason::demand, 1);
  store->lock_out(host);
  docker.create_volume(some_volume("v"));
  deliver();
  advance(1min);
  CHECK(rows().volumes.empty());
  CHECK(metrics->processed() + metrics->failed() == 0); // it waits
  store->let_in(host);
  const auto lists_before = lists();
  advance(6s);
  CHECK(agrees());
  CHECK(metrics->processed() == 1);
  CHECK(lists() == lists_before + 1); // the other may have written anything
  CHECK(metrics->troubles.empty());   // it is none
  CHECK_FALSE(log.has("writing volumes failed"));
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a list that can't be written because of another node's lock is not a failure") {
  store->lock_out(host);
  list(list_reason::start, 1);
  advance(1min);
  CHECK(metrics->lists.empty());
  REQUIRE_FALSE(reconciler->lists.empty());
  for (const auto& x : reconciler->lists)
    CHECK_FALSE(x.ok);
  CHECK(reconciler->verified.empty());
  const auto listed = lists();
  CHECK(listed >= 10); // a takeover must take seconds only
  CHECK(listed <= 40);
  store->let_in(host);
  advance(6s);
  CHECK(metrics->lists.back().ok);
}

TEST_CASE_FIXTURE(volume_handler_rig, "nothing is verified while another node writes the rows") {
  list(list_reason::start, 1);
  send(handler, atom::barrier_v, now());
  run();
  advance(2s); // the second list of a start
  send(handler, atom::barrier_v, now());
  run();
  REQUIRE_FALSE(reconciler->verified.empty());
  const auto reports = reconciler->verified.size();
  store->lock_out(host);
  list(list_reason::failure); // as the reconciler does when it finds out
  for (int i = 0; i < 10; ++i) {
    advance(5s);
    send(handler, atom::barrier_v, now());
    run();
  }
  CHECK(reconciler->verified.size() == reports);
  store->let_in(host);
  advance(6s);
  send(handler, atom::barrier_v, now());
  run();
  CHECK(reconciler->verified.back().second == now());
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a standby that is told to stop does not wait for what it can't write") {
  store->lock_out(host);
  docker.create_volume(some_volume("v"));
  deliver();
  const auto stopped = ask<bool>(handler, atom::stop_v);
  CHECK(stopped->value);
}

TEST_CASE_FIXTURE(container_handler_rig,
                  "a node that takes over the rows lists the other kind, too") {
  store->lock_out(host);
  list(list_reason::demand, 1);
  CHECK(other_handler->reconciles.empty());
  store->let_in(host);
  advance(6s);
  REQUIRE(other_handler->reconciles.size() == 1);
  CHECK(other_handler->reconciles[0] == std::pair{list_reason::lost_rows, std::uint64_t{0}});
  advance(1min);
  CHECK(other_handler->reconciles.size() == 1);
}
