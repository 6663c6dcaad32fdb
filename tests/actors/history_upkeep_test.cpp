// How the store trims the history of the hosts that it writes, and what it says about that.

#include "tests/actors/store_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(store_rig, "after the start the log says how many changes a shorter retention "
                             "has trimmed, once for each host") {
  store->outdate("h0", 1'234);
  store->outdate("h1", 500);
  write(3);
  CHECK(log.count("info history of h0: trimmed 1234 changes beyond HISTORY_RETENTION or "
                  "HISTORY_MAX_ROWS")
        == 1);
  CHECK(log.count("info history of h1: trimmed 500 changes") == 1);
  CHECK(log.count("history of h2") == 0);
}

TEST_CASE_FIXTURE(store_rig, "what is trimmed later is no news") {
  write(1);
  store->outdate("h0", 700);
  advance(60s);
  CHECK(store->outdated("h0") == 0);
  CHECK(log.count("history of h0") == 0);
}

TEST_CASE_FIXTURE(store_rig, "a database that failed meanwhile is trimmed, and told, later") {
  store->outdate("h0", 700);
  store->during_next([&] { store->fail({ec::store_unreachable, "gone"}); });
  write(1);
  CHECK(log.count("history of h0") == 0);
  store->recover();
  write(1);
  advance(60s);
  CHECK(log.count("info history of h0: trimmed 700 changes") == 1);
}
