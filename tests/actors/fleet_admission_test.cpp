// Which agents a hub admits, and for which host.

#include "tests/actors/fleet_rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

using names = std::vector<std::string>;

namespace {

/// One process introduces itself `times` times. Returns how often it was admitted.
int introduce(fleet_rig& fleet, int times) {
  auto admitted = std::make_shared<int>(0);
  const auto agent =
      fleet.spawn_function([](caf::event_based_actor*) { return caf::behavior{[](int) {}}; });
  for (int i = 0; i < times; ++i) {
    fleet.spawn_function([&fleet, admitted, agent](caf::event_based_actor* self) {
      self->request(
              fleet.roster, caf::infinite, atom::opened_v,
              agent_hello{.host = "b", .program_version = "1", .engine_id = {}, .incarnation = 9},
              caf::actor_cast<caf::strong_actor_ptr>(agent))
          .then([admitted](const link_welcome&, const caf::strong_actor_ptr&) { ++*admitted; },
                [](const caf::error&) {});
    });
    fleet.run();
  }
  return *admitted;
}

} // namespace

TEST_CASE("an agent with another version of the protocol is refused, and told both versions") {
  fleet_rig fleet;
  const auto why = fleet.say_hello(link_protocol + 1, "a");
  CHECK(why.find("version " + std::to_string(link_protocol + 1)) != std::string::npos);
  CHECK(why.find("version " + std::to_string(link_protocol) + " (1.0)") != std::string::npos);
  CHECK(fleet.log.has("refused the agent of 'a'"));
  CHECK(fleet.say_hello(link_protocol, "a").empty());
}

TEST_CASE("an invalid host name is refused") {
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
  fleet.prove({.address = "192.0.2.7", .certified = true, .names = {"b", "A"}, .fingerprint = "f"});
  fleet.start_hub();
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  CHECK(a->answers.at(0).why.text.find("its certificate is for b, A") != std::string::npos);
  CHECK(fleet.hosts().empty());
  fleet.start_agent("b", 2);
  CHECK(fleet.host().host == "b");
}

TEST_CASE("an agent whose connection ended during the handshake is not admitted") {
  fleet_rig fleet;
  fleet.members->remove(1);
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  CHECK(a->answers.at(0).why.text.find("connection ended") != std::string::npos);
  CHECK(fleet.hosts().empty());
}

TEST_CASE("an admitted agent may reach its own session, and no other actor") {
  fleet_rig fleet;
  CHECK(fleet.members->grants(1) == 0);
  fleet.start_agent("a", 1);
  CHECK(fleet.members->grants(1) == 1);
  CHECK_FALSE(fleet.members->may_reach(1, fleet.roster.id()));
}

TEST_CASE("a session refuses messages without its token") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  caf::strong_actor_ptr session;
  // A session of b, whose token differs from a's.
  auto welcome = std::make_shared<link_welcome>();
  auto stranger =
      fleet.spawn_function([](caf::event_based_actor*) { return caf::behavior{[](int) {}}; });
  fleet.spawn_function([&](caf::event_based_actor* self) {
    self->request(
            fleet.roster, caf::infinite, atom::opened_v,
            agent_hello{.host = "b", .program_version = {}, .engine_id = {}, .incarnation = 9},
            caf::actor_cast<caf::strong_actor_ptr>(stranger))
        .then([&, welcome](const link_welcome& x, const caf::strong_actor_ptr& where) {
          *welcome = x;
          session = where;
        });
  });
  fleet.run();
  REQUIRE(session);
  link_chunk chunk{.token = "guessed", .seq = 1, .index = 0, .last = true, .part = {}};
  auto refused = fleet.ask<write_answer>(caf::actor_cast<hub_session_actor>(session), chunk);
  CHECK(refused->why);
  chunk.token = welcome->token;
  auto taken = fleet.ask<write_answer>(caf::actor_cast<hub_session_actor>(session), chunk);
  REQUIRE(taken->value);
  CHECK(taken->value->ok);
}

TEST_CASE("refusals of one name write one log line a minute") {
  fleet_rig fleet;
  for (int i = 0; i < 1000; ++i)
    fleet.say_hello(link_protocol + 1, "a");
  CHECK(fleet.log.count("warning refused the agent of 'a'") == 1);
  fleet.advance(61s);
  fleet.say_hello(link_protocol + 1, "a");
  CHECK(fleet.log.has("999 more"));
}

TEST_CASE("an agent that connects again and again has to wait, and writes few log lines") {
  fleet_rig fleet;
  CHECK(introduce(fleet, 100) == 8);
  CHECK(fleet.host().connected);
  CHECK(fleet.log.count("host b reports") == 4);
  fleet.advance(1s);
  CHECK(introduce(fleet, 100) == 1);
  fleet.advance(3s);
  CHECK(introduce(fleet, 100) == 3);
  CHECK(fleet.log.count("host b reports") == 4);
  fleet.advance(60s);
  CHECK(introduce(fleet, 1) == 1);
  CHECK(fleet.log.count("host b reports") == 5);
  CHECK(fleet.log.has("(8 more of these since the last line)"));
}

TEST_CASE("a host that comes and goes for an hour is logged a few times a minute") {
  fleet_rig fleet;
  for (int i = 0; i < 360; ++i) {
    CHECK(introduce(fleet, 1) == 1);
    fleet.advance(10s); // it is silent, and away
    CHECK_FALSE(fleet.host().connected);
  }
  CHECK(fleet.log.count("host b is away") >= 60);
  CHECK(fleet.log.count("host b is away") <= 250);
  CHECK(fleet.log.count("host b reports") <= 250);
}

TEST_CASE("other agents are admitted while one connects too often") {
  fleet_rig fleet;
  introduce(fleet, 100);
  auto a = fleet.start_agent("a", 1);
  fleet.write(a, {"v"});
  CHECK(a->answers.at(0).ok);
}
