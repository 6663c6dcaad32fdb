// What the store reports of the database and of locks.

#include "tests/actors/store_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(store_rig, "the store reports every two seconds whether the database answers") {
  REQUIRE(health->stores.size() == 1);
  CHECK(health->stores[0].up);
  store->fail({ec::store_unreachable, "gone"});
  advance(2s);
  REQUIRE(health->stores.size() == 2);
  CHECK_FALSE(health->stores[1].up);
  CHECK(health->stores[1].why.text == "gone");
  store->recover();
  advance(20s);
  CHECK(health->stores.size() == 12);
  CHECK(health->stores.back().up);
  CHECK(log.count("warning the database failed: gone") == 1);
}

TEST_CASE_FIXTURE(store_rig, "a database that answers pings but fails writes is not up") {
  store->fail({ec::store_unreachable, "disk full"});
  write(1);
  store->recover(); // for the ping, which asks for no disk
  advance(4s);
  CHECK_FALSE(health->stores.back().up);
  CHECK(health->stores.back().why.text == "disk full");
  write(1);
  CHECK(health->stores.back().up);
  advance(4s);
  CHECK(health->stores.back().up);
}

TEST_CASE_FIXTURE(store_rig, "a failed write that is not repeated does not count for ever") {
  store->fail({ec::store_unreachable, "gone"});
  write(1);
  store->recover();
  advance(40s);
  CHECK(health->stores.back().up);
}

TEST_CASE_FIXTURE(store_rig, "a database that was just written to is not pinged") {
  const auto before = store->pings();
  advance(1500ms);
  write(1);
  advance(1s);
  CHECK(store->pings() == before);
  advance(2s);
  CHECK(store->pings() == before + 1);
}

TEST_CASE_FIXTURE(store_rig,
                  "the batch of a host that another node writes is refused, others are written") {
  store->lock_out("h1");
  write(3);
  REQUIRE(answers[1]);
  CHECK_FALSE(answers[1]->ok);
  CHECK(answers[1]->summary.locked_out);
  CHECK(answers[1]->why.code == ec::store_unreachable);
  CHECK(answers[1]->why.text.find("another node writes the rows of host h1 (another process)")
        != std::string::npos);
  CHECK(answers[0]->ok);
  CHECK(answers[2]->ok);
  CHECK(log.count("warning another node writes the rows of host h1") == 1);
  CHECK_FALSE(health->stores.back().standby); // it is not the node's own
  CHECK(health->stores.back().batches == 2);
}

TEST_CASE_FIXTURE(store_rig, "while another node writes this node's host, the store stands by") {
  store->lock_out("h0");
  for (int i = 0; i < 3; ++i) {
    write(1);
    advance(5s);
    CHECK(health->stores.back().up); // the database does answer
    CHECK(health->stores.back().standby);
    CHECK(health->stores.back().why.text.find("standing by") != std::string::npos);
  }
  CHECK(log.count("warning another node writes the rows of host h0") == 1);
  CHECK_FALSE(log.has("took over"));
  store->let_in("h0");
  write(1);
  CHECK(answers[0]->ok);
  CHECK(answers[0]->summary.taken_anew);
  CHECK_FALSE(health->stores.back().standby);
  CHECK(log.count("info took over: this node writes the rows of host h0 now") == 1);
  advance(4s);
  CHECK_FALSE(health->stores.back().standby);
}

TEST_CASE_FIXTURE(store_rig, "a lock that can't be released is a failure of the database") {
  store->fail({ec::store_unreachable, "gone"});
  send(actor, atom::release_v, std::string{"h0"});
  run();
  CHECK_FALSE(health->stores.back().up);
}
