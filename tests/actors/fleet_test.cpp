// Agents and a hub: who gets in, what is lost, what is asked for again.

#include "actors/fleet/hub_session.hpp"
#include "actors/inventory_store.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/fleet_rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

using names = std::vector<std::string>;

namespace {

/// A hub with room for one batch, whose store is busy until it is let go.
struct full_hub : fleet_rig {
  full_hub() {
    queue = 1;
    stop_hub();
    start_hub();
    agents = {start_agent("a", 1), start_agent("b", 2)};
    hold([](caf::scheduled_actor& x) {
      return dynamic_cast<shell<inventory_store>*>(&x) != nullptr;
    });
  }
  std::pair<std::shared_ptr<agent>, std::shared_ptr<agent>> agents;
};

} // namespace

TEST_CASE("what an agent sends is stored as its host's, whatever the batch says") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v1", "v2"});
  REQUIRE(a->answers.size() == 1);
  CHECK(a->answers[0].ok);
  CHECK(a->answers[0].summary.changes.size() == 2);
  CHECK(fleet.stored("a") == names{"v1", "v2"});
  CHECK(fleet.stored("somebody else").empty());
  CHECK(fleet.host().connected);
  CHECK(fleet.host().batches == 1);
}

TEST_CASE("one host's complete list leaves the others' rows alone") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  auto b = fleet.start_agent("b", 2);
  fleet.write(a, {"v1", "v2"});
  fleet.write(b, {"v1"});
  fleet.write(b, {}, true);
  CHECK(fleet.stored("a") == names{"v1", "v2"});
  CHECK(fleet.stored("b").empty());
}

TEST_CASE("a list that is cut in pieces is applied as one") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  names many;
  for (int i = 0; i < 3000; ++i)
    many.push_back("a-volume-with-quite-a-long-name-" + std::to_string(i));
  fleet.write(a, {"old"});
  const auto before = fleet.sessions->handled.load();
  fleet.write(a, many, true);
  CHECK(fleet.sessions->handled.load() - before > 1);
  REQUIRE(a->answers.size() == 2);
  CHECK(a->answers[1].summary.changes.size() == 3001);
  CHECK(fleet.stored("a").size() == 3000);
}

TEST_CASE(
    "while the hub is away batches are refused at once, and the handlers woken when it is back") {
  fleet_rig fleet;
  fleet.reachable = false;
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  REQUIRE(a->answers.size() == 1);
  CHECK_FALSE(a->answers[0].ok);
  CHECK(a->answers[0].why.code == ec::store_unreachable);
  CHECK(a->answers[0].why.text.find("hub:4711") != std::string::npos);
  CHECK_FALSE(a->health->stores.back().up);
  fleet.reachable = true;
  fleet.advance(3s);
  CHECK(a->health->stores.back().up);
  CHECK(a->volumes->wakes == 1);
  fleet.write(a, {"v"});
  CHECK(a->answers.back().ok);
}

TEST_CASE("an agent dials again within three seconds, however long the hub was away") {
  fleet_rig fleet;
  fleet.reachable = false;
  auto a = fleet.start_agent("a", 1);
  fleet.advance(10min);
  const auto before = fleet.dialed;
  fleet.advance(1min);
  CHECK(fleet.dialed - before >= 20);
  CHECK(fleet.dialed - before < 60);
}

TEST_CASE("what was not acknowledged when the hub dies is answered as not written") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.hold([](caf::scheduled_actor& x) {
    auto* place = dynamic_cast<shell<inventory_store>*>(&x);
    return place != nullptr;
  });
  fleet.write(a, {"v"});
  CHECK(a->answers.empty());
  fleet.stop_hub();
  REQUIRE(a->answers.size() == 1);
  CHECK_FALSE(a->answers[0].ok);
  CHECK(a->answers[0].why.code == ec::store_unreachable);
}

TEST_CASE("after a restart of the hub an agent sends everything once more") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  CHECK(a->volumes->reconciles.empty());
  fleet.stop_hub();
  fleet.start_hub();
  fleet.advance(4s);
  REQUIRE(a->volumes->reconciles.size() == 1);
  CHECK(a->volumes->reconciles[0].first == list_reason::lost_rows);
  CHECK(fleet.host().connected);
}

TEST_CASE("after a broken connection an agent goes on where it ended") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  fleet.kill(*a);
  CHECK_FALSE(fleet.host().connected);
  CHECK(fleet.host().away_because.find("connection") != std::string::npos);
  auto again = a->parts; // the same process: its link was started again
  auto link = fleet.spawn<shell<hub_link>>(make_slot("hub_link"), again);
  fleet.run();
  CHECK(fleet.host().connected);
  CHECK(a->volumes->reconciles.empty());
}

TEST_CASE("a second agent of a name is refused, says why, and gets in when the first is gone") {
  fleet_rig fleet;
  auto first = fleet.start_agent("a", 1);
  auto second = fleet.start_agent("a", 2);
  fleet.write(second, {"wrong"});
  CHECK_FALSE(second->answers.at(0).ok);
  CHECK(second->answers[0].why.text.find("another agent reports as 'a'") != std::string::npos);
  CHECK(fleet.log.has("refused the agent of 'a'"));
  fleet.advance(30s);
  CHECK(fleet.stored("a").empty());
  fleet.kill(*first);
  fleet.advance(4s);
  fleet.write(second, {"right"});
  CHECK(second->answers.back().ok);
  CHECK(fleet.stored("a") == names{"right"});
}

TEST_CASE("an agent whose host another hub writes stands by until that ends") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.store->lock_out("a");
  fleet.write(a, {"v"});
  REQUIRE(a->answers.size() == 1);
  CHECK_FALSE(a->answers[0].ok);
  CHECK(a->answers[0].summary.locked_out);
  for (int i = 0; i < 2; ++i) {
    CHECK(a->health->stores.back().up); // the hub does answer
    CHECK(a->health->stores.back().standby);
    CHECK(a->health->stores.back().why.text.find("another node writes") != std::string::npos);
    fleet.advance(6s);
  }
  fleet.store->let_in("a");
  fleet.write(a, {"v"});
  CHECK(a->answers.back().ok);
  CHECK_FALSE(a->health->stores.back().standby);
  CHECK(a->health->stores.back().why.text.empty());
}

TEST_CASE("the host of an agent that has left is given back, for another hub") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  auto b = fleet.start_agent("b", 2);
  fleet.write(a, {"v"});
  fleet.advance(10s);
  CHECK(fleet.store->released().empty());
  fleet.kill(*a);
  CHECK(fleet.store->released() == names{"a"});
  fleet.start_agent("a", 3);
  CHECK(fleet.store->released() == names{"a"});
}

TEST_CASE("an agent that tells of itself stays, one that hangs is away") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.advance(1min);
  CHECK(fleet.host().connected);
  const auto hangs = fleet.now();
  fleet.hold([](caf::scheduled_actor& x) { return dynamic_cast<shell<hub_link>*>(&x) != nullptr; });
  fleet.advance(10s);
  CHECK_FALSE(fleet.host().connected);
  CHECK(fleet.host().away_because.find("silent") != std::string::npos);
  CHECK(fleet.host().since - hangs <= 10'000'000'000);
  fleet.hold(nullptr);
  fleet.advance(10s);
  CHECK(fleet.host().connected);
}

TEST_CASE("a full hub refuses, and the agent tries again until it is taken") {
  full_hub fleet;
  const auto& [a, b] = fleet.agents;
  fleet.write(a, {"v"});
  fleet.write(b, {"w"});
  fleet.advance(2s);
  CHECK(a->answers.empty());
  CHECK(b->answers.empty());
  fleet.hold(nullptr);
  fleet.advance(2s);
  CHECK(a->answers.at(0).ok);
  CHECK(b->answers.at(0).ok);
}

TEST_CASE("what a full hub does not take for ten seconds is given up") {
  full_hub fleet;
  const auto& [a, b] = fleet.agents;
  fleet.write(a, {"v"});
  fleet.write(b, {"w"});
  fleet.advance(12s);
  REQUIRE(b->answers.size() == 1);
  CHECK_FALSE(b->answers[0].ok);
  CHECK(b->answers[0].why.text.find("no room") != std::string::npos);
}

TEST_CASE("what a full hub refused is not written after what was seen later") {
  full_hub fleet;
  const auto& [a, b] = fleet.agents;
  fleet.write(b, {"w"});
  fleet.write(a, {}, true); // its handler dies now, and the next one looks anew
  fleet.hold(nullptr);
  fleet.run();
  fleet.write(a, {"v"}, true);
  fleet.advance(12s);
  REQUIRE(a->answers.size() == 2);
  CHECK_FALSE(a->answers[0].ok);
  CHECK(a->answers[1].ok);
  CHECK(fleet.stored("a") == names{"v"});
}

TEST_CASE("a long list that is under way is not written after what was seen later") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  names many;
  for (int i = 0; i < 3000; ++i)
    many.push_back("a-volume-with-quite-a-long-name-" + std::to_string(i));
  fleet.hold(
      [](caf::scheduled_actor& x) { return dynamic_cast<shell<hub_session>*>(&x) != nullptr; });
  fleet.write(a, many, true);
  fleet.write(a, {"v"}, true);
  fleet.hold(nullptr);
  fleet.advance(5s);
  CHECK(fleet.stored("a") == names{"v"});
  CHECK(a->answers.back().ok);
}

TEST_CASE("another version of the protocol is refused on both sides, in words") {
  fleet_rig fleet;
  const auto why = fleet.greet(link_protocol + 1, "a");
  CHECK(why.find("version 3") != std::string::npos);
  CHECK(why.find("version 2 (1.0)") != std::string::npos);
  CHECK(fleet.log.has("refused the agent of 'a'"));
  CHECK(fleet.greet(link_protocol, "a").empty());
}

TEST_CASE("a name that no host may have is refused") {
  fleet_rig fleet;
  for (const auto* name : {"", "a b", "a\nb", "ü", "a/b"}) {
    auto a = fleet.start_agent(name, 1);
    fleet.write(a, {"v"});
    CHECK_FALSE(a->answers.at(0).ok);
  }
  CHECK(fleet.hosts().empty());
}

TEST_CASE("an agent reports only for a host that its certificate names, in that spelling") {
  fleet_rig fleet;
  fleet.stop_hub();
  fleet.show({.address = "192.0.2.7", .certified = true, .names = {"b", "A"}, .fingerprint = "f"});
  fleet.start_hub();
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  CHECK(a->answers.at(0).why.text.find("its certificate is for b, A") != std::string::npos);
  CHECK(fleet.hosts().empty());
  fleet.start_agent("b", 2);
  CHECK(fleet.host().host == "b");
}

TEST_CASE("an agent whose connection has ended meanwhile is not let in") {
  fleet_rig fleet;
  fleet.members->leave(1);
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  CHECK(a->answers.at(0).why.text.find("its connection ended") != std::string::npos);
  CHECK(fleet.hosts().empty());
}

TEST_CASE("an agent may reach its own session once it is let in, and no other actor") {
  fleet_rig fleet;
  CHECK(fleet.members->grants(1) == 0);
  fleet.start_agent("a", 1);
  CHECK(fleet.members->grants(1) == 1);
  CHECK_FALSE(fleet.members->may_reach(1, fleet.roster.id()));
}

TEST_CASE("who has not the secret of a session is not believed") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  caf::strong_actor_ptr session;
  // Another way in: a session of b, whose secret does not open a's.
  auto welcome = std::make_shared<link_welcome>();
  auto stranger =
      fleet.spawn_function([](caf::event_based_actor*) { return caf::behavior{[](int) {}}; });
  fleet.spawn_function([&](caf::event_based_actor* self) {
    self->request(fleet.roster, caf::infinite, atom::opened_v,
                  agent_hello{.host = "b", .program_version = {}, .engine_id = {}, .boot = 9},
                  caf::actor_cast<caf::strong_actor_ptr>(stranger))
        .then([&, welcome](const link_welcome& x, const caf::strong_actor_ptr& where) {
          *welcome = x;
          session = where;
        });
  });
  fleet.run();
  REQUIRE(session);
  link_piece piece{.token = "guessed", .seq = 1, .index = 0, .last = true, .part = {}};
  auto refused = fleet.ask<write_answer>(caf::actor_cast<hub_session_actor>(session), piece);
  CHECK(refused->why);
  piece.token = welcome->token;
  auto taken = fleet.ask<write_answer>(caf::actor_cast<hub_session_actor>(session), piece);
  REQUIRE(taken->value);
  CHECK(taken->value->ok);
}

TEST_CASE("a stray error does not end who gets it") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  for (const auto& x :
       {caf::actor_cast<caf::actor>(fleet.gate), caf::actor_cast<caf::actor>(fleet.roster),
        caf::actor_cast<caf::actor>(a->link)})
    caf::anon_send(x, caf::make_error(caf::sec::runtime_error));
  fleet.run();
  fleet.write(a, {"v"});
  CHECK(a->answers.at(0).ok);
  fleet.start_agent("b", 2);
  CHECK(fleet.hosts().size() == 2);
}

TEST_CASE("a session that hangs is followed by no other before it has ended") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.hold(
      [](caf::scheduled_actor& x) { return dynamic_cast<shell<hub_session>*>(&x) != nullptr; });
  fleet.write(a, {}, true);
  fleet.kill(*a);
  // The same process dials again and again, each time in vain.
  auto link = fleet.spawn<shell<hub_link>>(make_slot("hub_link"), a->parts);
  fleet.advance(20s);
  CHECK(fleet.stored("a").empty());
  fleet.hold(nullptr);
  fleet.advance(5s);
  CHECK(fleet.host().connected);
  a->link = caf::actor_cast<hub_link_actor>(link);
  fleet.write(a, {"v"});
  CHECK(fleet.stored("a") == names{"v"});
}

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

TEST_CASE("refusals of one name fill no log") {
  fleet_rig fleet;
  for (int i = 0; i < 1000; ++i)
    fleet.greet(link_protocol + 1, "a");
  CHECK(fleet.log.count("warning refused the agent of 'a'") == 1);
  fleet.advance(61s);
  fleet.greet(link_protocol + 1, "a");
  CHECK(fleet.log.has("999 more"));
}
