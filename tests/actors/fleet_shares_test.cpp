// A host's share of its hub: slices, turns, and resources that are too large.

#include "actors/fleet/hub_session.hpp"
#include "actors/inventory/inventory_store.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/fleet_rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

using names = std::vector<std::string>;

namespace {

bool is_store(caf::scheduled_actor& x) {
  return dynamic_cast<shell<inventory_store>*>(&x) != nullptr;
}

/// A session of host b, with limits that the test sees.
struct lone_session : fleet_rig {
  lone_session() {
    agent = caf::actor_cast<caf::strong_actor_ptr>(
        spawn_function([](caf::event_based_actor*) { return caf::behavior{[](int) {}}; }));
    session = spawn<shell<hub_session>>(make_slot("hub_session"), context_ptr{context},
                                        hub_session_parts{.number = 9,
                                                          .host = "b",
                                                          .token = "t",
                                                          .agent = agent,
                                                          .roster = roster,
                                                          .room = room,
                                                          .memory = memory});
    run();
  }
  auto send_chunk(std::uint64_t seq, const names& volumes, bool last) {
    return ask<write_answer>(
        session,
        link_chunk{
            .token = "t", .seq = seq, .index = 0, .last = last, .part = batch_of(volumes, false)});
  }
  void end_agent() {
    caf::anon_send_exit(agent, caf::exit_reason::kill);
    run();
  }
  void end_session() {
    caf::anon_send_exit(session, caf::exit_reason::user_shutdown);
    run();
  }
  std::shared_ptr<sync::byte_budget> memory = std::make_shared<sync::byte_budget>(10'000'000);
  std::shared_ptr<admission> room = std::make_shared<admission>(10);
  caf::strong_actor_ptr agent;
  hub_session_actor session;
};

} // namespace

TEST_CASE("a long list is written in slices, and answered as a whole") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  names many;
  for (int i = 0; i < 3000; ++i)
    many.push_back("v" + std::to_string(i));
  fleet.write(a, {"old"});
  const auto before = fleet.store->transactions().size();
  fleet.write(a, many, true);
  CHECK(fleet.store->transactions().size() - before == 4);
  for (const auto& x : fleet.store->batches())
    CHECK(x.volumes.present.size() <= 1000);
  REQUIRE(a->answers.size() == 2);
  CHECK(a->answers[1].ok);
  CHECK(a->answers[1].summary.changes.size() == 3001);
  CHECK(fleet.stored("a").size() == 3000);
}

TEST_CASE("of a long list that is held back nothing is written") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  names first, second;
  for (int i = 0; i < 3000; ++i) {
    first.push_back("a" + std::to_string(i));
    second.push_back("b" + std::to_string(i));
  }
  fleet.write(a, first, true);
  fleet.write(a, second, true);
  REQUIRE(a->answers.size() == 2);
  CHECK(a->answers[1].summary.refused);
  CHECK(a->answers[1].summary.changes.empty());
  CHECK(fleet.store->rows("a").volumes.contains("a0"));
  CHECK_FALSE(fleet.store->rows("a").volumes.contains("b0"));
}

TEST_CASE("of a long list that is locked out only one slice is tried") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.store->lock_out("a");
  names many;
  for (int i = 0; i < 3000; ++i)
    many.push_back("v" + std::to_string(i));
  const auto before = fleet.store->applied();
  fleet.write(a, many, true);
  REQUIRE(a->answers.size() == 1);
  CHECK(a->answers[0].summary.locked_out);
  CHECK(fleet.store->applied() - before == 1);
}

TEST_CASE("another host's batch is written between two slices of a long list") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  auto b = fleet.start_agent("b", 2);
  names many;
  for (int i = 0; i < 10'000; ++i)
    many.push_back("v" + std::to_string(i));
  fleet.store->during_next([&] {
    fleet.spawn_function([&](caf::event_based_actor* self) {
      self->request(b->link, caf::infinite, fleet_rig::batch_of({"w"}, false))
          .then([b](write_answer& x) { b->answers.push_back(std::move(x)); });
    });
  });
  fleet.write(a, many, true);
  REQUIRE(b->answers.size() == 1);
  const auto written = fleet.store->batches();
  CHECK(std::ranges::count(written, "b", &change_batch::host) == 1);
  CHECK(written.back().host == "a");
  CHECK(fleet.stored("a").size() == 10'000);
}

TEST_CASE("an unfinished batch is dropped after half a minute") {
  lone_session fleet;
  CHECK(fleet.send_chunk(1, {"v1", "v2"}, false)->value->ok);
  CHECK(fleet.memory->held() > 0);
  fleet.advance(20s);
  CHECK(fleet.memory->held() > 0);
  fleet.advance(20s);
  CHECK(fleet.memory->held() == 0);
}

TEST_CASE("a resource too large for the link is rejected, and the rest is written") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  auto batch = fleet_rig::batch_of({"light", "heavy"}, true);
  batch.volumes.present[1].labels["l"] = std::string(3'000'000, 'x');
  auto answer = fleet.ask<write_answer>(a->link, batch);
  REQUIRE(answer->value);
  CHECK(answer->value->ok);
  REQUIRE(answer->value->summary.rejected.size() == 1);
  CHECK(answer->value->summary.rejected[0].key == "heavy");
  CHECK(fleet.stored("a") == names{"light"});
}

TEST_CASE("slices of an ended session count until the store has answered them") {
  lone_session fleet;
  fleet.hold(is_store);
  const auto unfinished = fleet.send_chunk(1, {"never"}, false);
  const auto before = fleet.memory->held();
  const auto given = fleet.send_chunk(2, {"v"}, true);
  const auto held = fleet.memory->held() - before;
  CHECK(held > 0);
  CHECK(fleet.room->waiting() == 1);
  SUBCASE("because its agent is gone") {
    fleet.end_agent();
  }
  SUBCASE("because the agent has connected again") {
    fleet.end_session();
  }
  SUBCASE("because of both") {
    fleet.end_session();
    fleet.end_agent();
    fleet.end_session();
  }
  REQUIRE(given->value);
  CHECK(given->value->why.code == ec::store_unreachable);
  for (int i = 0; i < 3; ++i) {
    CHECK(fleet.memory->held() == held); // the unfinished batch is dropped
    CHECK(fleet.room->waiting() == 1);
    fleet.advance(10min);
  }
  fleet.hold(nullptr);
  fleet.run();
  CHECK(fleet.memory->held() == 0);
  CHECK(fleet.room->waiting() == 0);
  CHECK(fleet.stored("b") == names{"v"});
  CHECK(fleet.send_chunk(3, {"w"}, true)->why); // the actor is gone
}

TEST_CASE("an ended session accepts nothing more, and sends the store nothing more") {
  lone_session fleet;
  names many;
  for (int i = 0; i < 3000; ++i)
    many.push_back("v" + std::to_string(i));
  fleet.hold(is_store);
  fleet.send_chunk(1, many, true);
  fleet.send_chunk(2, {"w"}, true);
  CHECK(fleet.room->waiting() == 2);
  fleet.end_agent();
  CHECK(fleet.room->waiting() == 1); // the store has nothing of the second
  const auto refused = fleet.send_chunk(3, {"x"}, true);
  CHECK(refused->why);
  link_heartbeat heartbeat;
  heartbeat.token = "t";
  CHECK(fleet.ask<bool>(fleet.session, heartbeat)->why);
  fleet.hold(nullptr);
  fleet.run();
  CHECK(fleet.stored("b").size() <= 1000);
  CHECK_FALSE(fleet.stored("b").empty());
  CHECK(fleet.memory->held() == 0);
  CHECK(fleet.room->waiting() == 0);
}

TEST_CASE("a session without slices in the store ends at once") {
  lone_session fleet;
  CHECK(fleet.send_chunk(1, {"v"}, true)->value->ok);
  fleet.end_agent();
  CHECK(fleet.send_chunk(2, {"w"}, true)->why);
  CHECK(fleet.memory->held() == 0);
}
