// What one host may take of its hub: slices, turns, and what is too heavy.

#include "actors/fleet/hub_session.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/fleet_rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

using names = std::vector<std::string>;

TEST_CASE("a long list is written in slices, and answered as one") {
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

TEST_CASE("of a long list that is not believed nothing is written") {
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

TEST_CASE("of a long list that is locked out nothing more is tried") {
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
  const auto place = std::ranges::find(written, "b", &change_batch::host) - written.begin();
  CHECK(place <= 5); // of a dozen
  CHECK(fleet.stored("a").size() == 10'000);
}

TEST_CASE("what is left of an unfinished batch is forgotten after half a minute") {
  fleet_rig fleet;
  fleet.start_agent("a", 1);
  caf::strong_actor_ptr session;
  auto welcome = std::make_shared<link_welcome>();
  auto stranger =
      fleet.spawn_function([](caf::event_based_actor*) { return caf::behavior{[](int) {}}; });
  auto memory = std::make_shared<sync::byte_budget>(100'000);
  session = caf::actor_cast<caf::strong_actor_ptr>(fleet.spawn<shell<hub_session>>(
      make_slot("hub_session"),
      hub_session_parts{.number = 9,
                        .host = "b",
                        .token = "t",
                        .agent = caf::actor_cast<caf::strong_actor_ptr>(stranger),
                        .roster = fleet.roster,
                        .store = fleet.writer,
                        .room = std::make_shared<admission>(10),
                        .numbers = fleet.numbers,
                        .memory = memory}));
  fleet.run();
  link_piece piece{.token = "t",
                   .seq = 1,
                   .index = 0,
                   .last = false,
                   .part = fleet_rig::batch_of({"v1", "v2"}, false)};
  CHECK(fleet.ask<write_answer>(caf::actor_cast<hub_session_actor>(session), piece)->value->ok);
  CHECK(memory->held() > 0);
  fleet.advance(20s);
  CHECK(memory->held() > 0);
  fleet.advance(20s);
  CHECK(memory->held() == 0);
}

TEST_CASE("a resource too heavy for the link is reported, and the rest is written") {
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
