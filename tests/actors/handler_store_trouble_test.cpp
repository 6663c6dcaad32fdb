// What a handler does while the database fails or refuses rows: nothing is lost, and nothing is
// counted twice.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::some_volume;

namespace {

const failure store_away{ec::store_unreachable, "connection refused"};

} // namespace

TEST_CASE_FIXTURE(volume_handler_rig, "nothing is lost while the database is away") {
  list();
  store->fail(store_away);
  docker.create_volume(some_volume("a"));
  deliver();
  docker.create_volume(some_volume("b"));
  docker.silently([this] { docker.create_volume(some_volume("c")); });
  deliver();
  list();
  const auto before = store->applied();
  advance(5min);
  CHECK(store->applied() > before + 30);
  CHECK(store->applied() < before + 100);
  CHECK(metrics->processed() == 0);
  CHECK(metrics->failed() == 0);
  CHECK(slot->completed == 0);
  CHECK(log.count("warning writing volumes failed") == 1);

  store->recover();
  advance(6s);
  CHECK(agrees());
  CHECK(metrics->processed() == 2);
  CHECK(metrics->failed() == 0);
  CHECK(slot->completed == 2);
  CHECK(log.has("writing volumes works again"));
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a write after an outage has the state of that time, not of its event") {
  store->fail(store_away);
  docker.create_volume(some_volume("v"));
  deliver();
  docker.silently([this] { docker.remove_volume("v"); });
  store->recover();
  advance(6s);
  CHECK(rows().volumes.empty());
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a row that the database can't hold does not stop the others") {
  store->reject("bad");
  docker.silently([this] {
    docker.create_volume(some_volume("bad"));
    docker.create_volume(some_volume("good"));
  });
  list();
  CHECK(rows().volumes.contains("good"));
  CHECK_FALSE(rows().volumes.contains("bad"));
  CHECK(log.has("the database can't hold volume \"bad\""));
  REQUIRE_FALSE(metrics->work.empty());
  CHECK(metrics->work.back().rejected == 1);
  REQUIRE(metrics->rejected.size() == 1);
  CHECK(metrics->rejected.back().count == 1);
  CHECK(metrics->rejected.back().first.starts_with("volume \"bad\" ("));
  list();
  CHECK(metrics->rejected.size() == 1);
  CHECK(log.count("error the database can't hold") == 1);
  CHECK_FALSE(log.has("no longer refuses"));
  docker.silently([this] { docker.remove_volume("bad"); });
  list();
  CHECK(log.has("the database no longer refuses volume \"bad\""));
  CHECK(metrics->rejected.back().count == 0);
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a refused row is no longer counted after the removal event of its resource") {
  store->reject("bad");
  docker.create_volume(some_volume("bad"));
  deliver();
  REQUIRE_FALSE(metrics->rejected.empty());
  CHECK(metrics->rejected.back().count == 1);
  docker.create_volume(some_volume("good"));
  deliver();
  CHECK(metrics->rejected.back().count == 1);
  docker.remove_volume("bad");
  deliver();
  CHECK(metrics->rejected.back().count == 0);
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "the log shows only the beginning of a long name that is refused") {
  const std::string name(5'000, 'n');
  store->reject(name);
  docker.silently([&] { docker.create_volume(some_volume(name)); });
  list();
  CHECK(log.has("can't hold volume \"" + std::string(200, 'n') + "\"… ("));
  CHECK_FALSE(log.has(std::string(201, 'n')));
}

TEST_CASE_FIXTURE(volume_handler_rig, "a stop waits until all accepted events are committed") {
  store->fail(store_away);
  docker.create_volume(some_volume("a"));
  docker.create_volume(some_volume("b"));
  post();
  const auto stopped = ask<bool>(handler, atom::stop_v);
  advance(5s);
  CHECK(stopped->pending());
  store->recover();
  advance(6s);
  CHECK(stopped->value == true);
  CHECK(agrees());
}

TEST_CASE_FIXTURE(handler_rig,
                  "events of a handler that dies before its report are not completed") {
  // The supervisor counts the events that are not completed as failed. An event that was completed
  // and not reported would be counted nowhere.
  auto left = -1; // so often the clock is read before it throws; negative: always
  handlers_clock = [&left, real = wall_clock()] {
    if (left == 0)
      throw std::runtime_error("a defect");
    --left;
    return real();
  };
  start(volume_kind);
  docker.create_volume(some_volume("v"));
  // The observation says when, and so does the report.
  docker.during_next(support::docker_call::inspect_volume, [&left] { left = 1; });
  deliver();
  CHECK(rows().volumes.contains("v"));
  CHECK(metrics->work.empty());
  CHECK(slot->admitted == 1);
  CHECK(slot->completed == 0);
}
