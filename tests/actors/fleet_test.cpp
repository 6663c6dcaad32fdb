// Agents and a hub: which batches are lost, which lists are asked for again, which hosts are away.

#include "actors/fleet/hub_session.hpp"
#include "actors/inventory/inventory_store.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/fleet_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

using names = std::vector<std::string>;

TEST_CASE("an agent's rows are stored under its own host name, whatever the batch says") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v1", "v2"});
  REQUIRE(a->answers.size() == 1);
  CHECK(a->answers[0].ok);
  CHECK(a->answers[0].summary.changes.size() == 2);
  CHECK(fleet.stored("a") == names{"v1", "v2"});
  CHECK(fleet.stored("another host").empty());
  CHECK(fleet.host().connected);
  CHECK(fleet.host().batches == 1);
}

TEST_CASE("one host's complete list removes no rows of other hosts") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  auto b = fleet.start_agent("b", 2);
  fleet.write(a, {"v1", "v2"});
  fleet.write(b, {"v1"});
  fleet.write(b, {}, true);
  CHECK(fleet.stored("a") == names{"v1", "v2"});
  CHECK(fleet.stored("b").empty());
}

TEST_CASE("a list that is sent in chunks is applied as a whole") {
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
    "while the hub is away batches fail at once, and the handlers are woken when it is back") {
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

TEST_CASE("an agent connects again within three seconds, however long the hub was away") {
  fleet_rig fleet;
  fleet.reachable = false;
  auto a = fleet.start_agent("a", 1);
  fleet.advance(10min);
  const auto before = fleet.dialed;
  fleet.advance(1min);
  CHECK(fleet.dialed - before >= 20);
  CHECK(fleet.dialed - before < 60);
}

TEST_CASE("batches that the hub has not answered when it dies fail") {
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

TEST_CASE("after a restart of the hub an agent lists everything again") {
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

TEST_CASE("after a broken connection an agent continues without a new list") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  fleet.kill(*a);
  CHECK_FALSE(fleet.host().connected);
  CHECK(fleet.host().away_reason.find("connection") != std::string::npos);
  auto again = a->parts; // the same process: its link was started again
  auto link = fleet.spawn<shell<hub_link>>(make_slot("hub_link"), a->context, again);
  fleet.run();
  CHECK(fleet.host().connected);
  CHECK(a->volumes->reconciles.empty());
}

TEST_CASE(
    "a second agent of a name is refused with a reason, and admitted when the first is gone") {
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

TEST_CASE("the hub releases the lock of a host whose agent is gone") {
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

TEST_CASE("an agent that sends heartbeats stays connected, one that hangs is away") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.advance(1min);
  CHECK(fleet.host().connected);
  const auto hangs = fleet.now();
  fleet.hold([](caf::scheduled_actor& x) { return dynamic_cast<shell<hub_link>*>(&x) != nullptr; });
  fleet.advance(10s);
  CHECK_FALSE(fleet.host().connected);
  CHECK(fleet.host().away_reason.find("silent") != std::string::npos);
  CHECK(fleet.host().since - hangs <= 10'000'000'000);
  fleet.hold(nullptr);
  fleet.advance(10s);
  CHECK(fleet.host().connected);
}

TEST_CASE("a hub's texts are clean single lines in an agent's log and health") {
  const std::string said = "no\xff\nway" + std::string(8000, 'x');
  const auto is_clean = [](const std::string& text) {
    CHECK(text.find("no\ufffd way") != std::string::npos);
    CHECK(text.size() <= 4200);
    CHECK(text.find_first_of("\xff\n") == std::string::npos);
  };
  std::string refused = said;
  fleet_rig fleet;
  const auto session = fleet.spawn_function([&said](caf::event_based_actor*) {
    return caf::behavior{
        [&said](const link_chunk&) {
          return write_answer{.ok = false, .why = {ec::internal, said}, .summary = {}};
        },
        [](const link_heartbeat&) { return true; }};
  });
  fleet.gate = caf::actor_cast<hub_gate_actor>(fleet.spawn_function([&](caf::event_based_actor*) {
    return caf::behavior{
        [&refused](atom::hello, std::uint32_t, const std::string&,
                   const std::string&) -> caf::result<std::uint32_t, std::string, std::string> {
          return {link_protocol, std::string{"9"}, refused};
        },
        [session](const agent_hello&) -> caf::result<link_welcome, caf::strong_actor_ptr> {
          return {link_welcome{.token = "t", .snapshot = false},
                  caf::actor_cast<caf::strong_actor_ptr>(session)};
        }};
  }));
  auto a = fleet.start_agent("a", 1);
  CHECK_FALSE(a->health->stores.back().up);
  is_clean(a->health->stores.back().why.text);
  CHECK(fleet.log.has("no\ufffd way"));
  CHECK_FALSE(fleet.log.has("\nway"));
  refused.clear();
  fleet.advance(4s);
  CHECK(a->health->stores.back().up);
  fleet.write(a, {"v"});
  is_clean(a->answers.at(0).why.text);
}

TEST_CASE("a stray error message does not end the actor that gets it") {
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

TEST_CASE("no new session of a host starts before one that hangs has ended") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  fleet.hold(
      [](caf::scheduled_actor& x) { return dynamic_cast<shell<hub_session>*>(&x) != nullptr; });
  fleet.write(a, {}, true);
  fleet.kill(*a);
  // The same process connects again and again, and is not admitted.
  auto link = fleet.spawn<shell<hub_link>>(make_slot("hub_link"), a->context, a->parts);
  fleet.advance(20s);
  CHECK(fleet.stored("a").empty());
  fleet.hold(nullptr);
  fleet.advance(5s);
  CHECK(fleet.host().connected);
  a->link = caf::actor_cast<hub_link_actor>(link);
  fleet.write(a, {"v"});
  CHECK(fleet.stored("a") == names{"v"});
}
