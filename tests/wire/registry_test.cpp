// Which member has which node and may reach which actor; limits for connections and new nodes.
#include "wire/members.hpp"
#include "wire/traffic_limit.hpp"
#include "wire/unproven_connections.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::wire;
using namespace std::chrono_literals;
using outcome = member_registry::outcome;

namespace {

member with_certificate(const std::string& fingerprint) {
  return {
      .address = "192.0.2.7", .certified = true, .names = {"web-1"}, .fingerprint = fingerprint};
}
member without_certificate(const std::string& address) {
  return {.address = address, .certified = false, .names = {}, .fingerprint = {}};
}

} // namespace

TEST_CASE("a member is found by its node while it is connected") {
  member_registry members;
  CHECK_FALSE(members.find("N#1"));
  CHECK(members.add(1, "N#1", with_certificate("a")) == outcome::added);
  REQUIRE(members.find("N#1"));
  CHECK(members.find("N#1")->names == std::vector<std::string>{"web-1"});
  CHECK(members.connection_of("N#1") == 1);
  members.remove(1);
  CHECK_FALSE(members.find("N#1"));
  CHECK(members.connection_of("N#1") == 0);
  members.remove(1);
}

TEST_CASE("a node belongs to one member, and stays reserved for a while after it has left") {
  member_registry members;
  REQUIRE(members.add(1, "N#1", with_certificate("a")) == outcome::added);
  CHECK(members.add(2, "N#1", with_certificate("b")) == outcome::taken);
  CHECK(members.add(2, "N#1", without_certificate("192.0.2.7")) == outcome::taken);
  CHECK(members.add(2, "N#1", with_certificate("a")) == outcome::own);
  CHECK(members.connection_of("N#1") == 1);
  members.remove(1);
  CHECK(members.add(3, "N#1", with_certificate("b")) == outcome::taken);
  CHECK(members.add(4, "N#1", with_certificate("a")) == outcome::added);
  CHECK(members.connection_of("N#1") == 4);
}

TEST_CASE("without certificates a node belongs to an address") {
  member_registry members;
  REQUIRE(members.add(1, "N#1", without_certificate("192.0.2.7")) == outcome::added);
  members.remove(1);
  CHECK(members.add(2, "N#1", without_certificate("192.0.2.8")) == outcome::taken);
  CHECK(members.add(3, "N#1", without_certificate("192.0.2.7")) == outcome::added);
}

TEST_CASE("an actor can be reached by the member that it was granted to, until that leaves") {
  member_registry members;
  members.grant("N#1", 30); // not connected yet
  members.add(1, "N#1", with_certificate("a"));
  members.add(2, "N#2", with_certificate("b"));
  CHECK_FALSE(members.may_reach(1, 30));
  members.grant("N#1", 31);
  CHECK(members.may_reach(1, 31));
  CHECK_FALSE(members.may_reach(2, 31));
  CHECK_FALSE(members.may_reach(7, 31));
  CHECK(members.grants(1) == 1);
  members.remove(1);
  CHECK_FALSE(members.may_reach(1, 31));
  members.add(3, "N#1", with_certificate("a"));
  CHECK_FALSE(members.may_reach(3, 31));
}

TEST_CASE("an ended actor counts no more, and its member may still send to it") {
  member_registry members;
  members.add(1, "N#1", with_certificate("a"));
  members.add(2, "N#2", with_certificate("b"));
  members.grant("N#1", 31);
  members.grant("N#1", 32);
  members.grant("N#2", 33);
  members.ended(31);
  members.ended(99);
  CHECK(members.grants(1) == 1);
  CHECK(members.grants(2) == 1);
  // An agent notices its session's end a moment later. Until then its messages are harmless.
  CHECK(members.may_reach(1, 31));
  CHECK_FALSE(members.may_reach(2, 31));
}

TEST_CASE("a member can reach the newest 256 of its actors") {
  member_registry members;
  members.add(1, "N#1", with_certificate("a"));
  for (std::uint64_t actor = 1; actor <= 300; ++actor)
    members.grant("N#1", actor);
  CHECK(members.grants(1) == 256);
  CHECK_FALSE(members.may_reach(1, 44));
  CHECK(members.may_reach(1, 45));
  CHECK(members.may_reach(1, 300));
}

TEST_CASE("connections are counted by their certificate") {
  member_registry members;
  members.add(1, "N#1", with_certificate("a"));
  members.add(2, "N#2", with_certificate("a"));
  members.add(3, "N#3", with_certificate("b"));
  CHECK(members.connections_of("a") == 2);
  members.remove(2);
  CHECK(members.connections_of("a") == 1);
  CHECK(members.connections_of("c") == 0);
}

TEST_CASE("one certificate may have eight connections, in whatever order they connect") {
  member_registry members;
  const auto node = [](std::uint64_t i) { return "N#" + std::to_string(i); };
  for (std::uint64_t i = 1; i <= 8; ++i)
    REQUIRE(members.add(i, node(i), with_certificate("a")) == outcome::added);
  CHECK(members.add(9, node(9), with_certificate("a")) == outcome::too_many);
  CHECK_FALSE(members.find(node(9)));
  CHECK(members.add(10, node(10), with_certificate("b")) == outcome::added);
  members.remove(3);
  CHECK(members.add(11, node(11), with_certificate("a")) == outcome::added);
  CHECK(members.connections_of("a") == 8);
}

TEST_CASE("a member may use a burst of new nodes, then one in five seconds; known ones are free") {
  member_registry members;
  auto now = member_registry::steady::now();
  std::uint64_t connection = 0;
  const auto comes = [&](const std::string& node, const member& who) {
    const auto how = members.add(++connection, node, who, now);
    members.remove(connection);
    return how;
  };
  for (int i = 0; i < 16; ++i)
    REQUIRE(comes("N#" + std::to_string(i), with_certificate("a")) == outcome::added);
  CHECK(comes("N#16", with_certificate("a")) == outcome::too_many_new);
  CHECK(comes("N#3", with_certificate("a")) == outcome::added);
  CHECK(comes("M#1", with_certificate("b")) == outcome::added);
  now += 4900ms;
  CHECK(comes("N#16", with_certificate("a")) == outcome::too_many_new);
  now += 100ms;
  CHECK(comes("N#16", with_certificate("a")) == outcome::added);
  CHECK(comes("N#17", with_certificate("a")) == outcome::too_many_new);
  now += 1h;
  for (int i = 17; i < 33; ++i)
    REQUIRE(comes("N#" + std::to_string(i), with_certificate("a")) == outcome::added);
  CHECK(comes("N#33", with_certificate("a")) == outcome::too_many_new);
}

TEST_CASE("without certificates all addresses of a /64 share one limit for new nodes") {
  member_registry members;
  const auto now = member_registry::steady::now();
  std::uint64_t i = 0;
  const auto comes = [&] {
    ++i;
    const auto who = without_certificate("2001:db8::" + std::to_string(i));
    return members.add(i, "N#" + std::to_string(i), who, now);
  };
  while (i < 1'000 && comes() == outcome::added)
    continue;
  CHECK(i == 257);
}

TEST_CASE("some thousand members are remembered for their new nodes, the least busy are forgotten "
          "first") {
  new_nodes some;
  const auto now = new_nodes::steady::now();
  const new_nodes::rate rate{.burst = 2, .interval = 10s};
  REQUIRE(some.admit("busy", rate, now));
  REQUIRE(some.admit("busy", rate, now));
  for (int i = 0; i < 5'000; ++i)
    REQUIRE(some.admit(std::to_string(i), rate, now));
  CHECK(some.size() == 4096);
  CHECK_FALSE(some.admit("busy", rate, now));
  CHECK(some.admit("late", rate, now + 1h));
  CHECK(some.size() == 1);
}

TEST_CASE("ended nodes are remembered, the oldest are forgotten first") {
  member_registry members;
  const auto node = [](int i) { return "N#" + std::to_string(i); };
  const auto now = member_registry::steady::now();
  for (int i = 0; i < 5000; ++i) {
    REQUIRE(
        members.add(static_cast<std::uint64_t>(i + 1), node(i), with_certificate("a"), now + i * 5s)
        == outcome::added);
    members.remove(static_cast<std::uint64_t>(i + 1));
  }
  CHECK(members.add(9001, node(0), with_certificate("b")) == outcome::added);
  CHECK(members.add(9002, node(4999), with_certificate("b")) == outcome::taken);
}

TEST_CASE("a node that has connected again is not forgotten as an ended one") {
  member_registry members;
  members.add(1, "N#1", with_certificate("a"));
  members.remove(1);
  members.add(2, "N#1", with_certificate("a"));
  const auto now = member_registry::steady::now();
  for (std::uint64_t i = 10; i < 5010; ++i) {
    REQUIRE(members.add(i, "M#" + std::to_string(i), with_certificate("b"), now + i * 5s)
            == outcome::added);
    members.remove(i);
  }
  CHECK(members.find("N#1"));
  CHECK(members.connections_of("a") == 1);
}

TEST_CASE("unproven connections of one address are limited") {
  unproven_connections some{{.total = 10, .of_address = 2}};
  CHECK_FALSE(some.add("192.0.2.1", 1).refused);
  CHECK_FALSE(some.add("192.0.2.1", 2).refused);
  CHECK(some.add("192.0.2.1", 3).refused == refusal::too_many_from_address);
  CHECK_FALSE(some.add("192.0.2.2", 4).refused);
  some.remove(3);
  some.remove(99);
  CHECK(some.add("192.0.2.1", 5).refused == refusal::too_many_from_address);
  some.remove(1);
  some.remove(1);
  CHECK_FALSE(some.add("192.0.2.1", 6).refused);
  CHECK(some.add("192.0.2.1", 7).refused == refusal::too_many_from_address);
}

TEST_CASE("all addresses of an IPv6 /64 count as one, and an IPv4-mapped address as IPv4") {
  unproven_connections some{{.total = 10, .of_address = 2}};
  CHECK_FALSE(some.add("2001:db8:0:1::1", 1).refused);
  CHECK_FALSE(some.add("2001:db8:0:1:ffff::2", 2).refused);
  CHECK(some.add("2001:db8:0:1::3", 3).refused == refusal::too_many_from_address);
  CHECK_FALSE(some.add("2001:db8:0:2::1", 4).refused);
  CHECK_FALSE(some.add("192.0.2.1", 5).refused);
  CHECK_FALSE(some.add("::ffff:192.0.2.1", 6).refused);
  CHECK(some.add("192.0.2.1", 7).refused == refusal::too_many_from_address);
  CHECK_FALSE(some.add("::ffff:192.0.2.2", 8).refused);
  CHECK_FALSE(some.add("fe80::1%lo", 9).refused);
  CHECK_FALSE(some.add("", 10).refused);
}

TEST_CASE(
    "when there are too many unproven connections, the oldest of the busiest address is evicted") {
  unproven_connections some{{.total = 4, .of_address = 3}};
  for (std::uint64_t i = 1; i <= 4; ++i)
    CHECK_FALSE(some.add(i == 1 ? "192.0.2.9" : "192.0.2.1", i).evicted);
  const auto next = some.add("192.0.2.2", 5);
  CHECK_FALSE(next.refused);
  CHECK(next.evicted == 2);
  // Left are 1 of .9, 3 and 4 of .1, and 5 of .2; the evicted one no longer counts.
  some.remove(2);
  CHECK(some.add("192.0.2.3", 6).evicted == 3);
  // Now each address has one.
  CHECK(some.add("192.0.2.4", 7).evicted == 1);
  some.remove(4);
  CHECK_FALSE(some.add("192.0.2.5", 8).evicted);
}

TEST_CASE("a burst passes at once; after it the wait follows from the rate") {
  traffic_limit limit{{.burst = 100, .per_second = 10}};
  const auto now = traffic_limit::steady::now();
  CHECK(limit.take(60, now) == 0s);
  CHECK(limit.take(40, now) == 0s);
  CHECK(limit.take(10, now) == 1s);
  CHECK(limit.take(0, now + 1s) == 0s);
  CHECK(limit.take(50, now + 1s) == 5s);
  CHECK(limit.take(0, now + 3s) == 3s);
  CHECK(limit.take(0, now + 6s) == 0s);
  // After a long silence no more than a burst passes at once.
  CHECK(limit.take(110, now + 1h) == 1s);
}
