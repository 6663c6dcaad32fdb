// Connections that a hub's front or an agent refuses: silent, too many, junk, without a valid
// certificate.

#include "tests/support/eventually.hpp"
#include "tests/wire/front_rig.hpp"

#include <doctest/doctest.h>

#include <atomic>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;
using namespace std::chrono_literals;
using support::agent_wish;
using support::authority;
using support::eventually;

TEST_CASE("a silent connection is ended after the limit, and CAF never sees it") {
  const authority ca;
  for (const bool tls : {false, true}) {
    front_rig hub{[&](hub_front_parts& parts) {
      if (tls)
        front_rig::with_tls(ca)(parts);
      parts.handshake_limit = 100ms;
    }};
    const auto silent = test_end::to(hub.port());
    CHECK(silent.ends());
    REQUIRE(hub.book.has(1));
    CHECK(begins(hub.book.all().front(), "refusal late | 127.0.0.1 |"));
    CHECK(hub.accepted_count() == 0);
  }
}

TEST_CASE("without TLS a handshake alone does not keep a connection open") {
  front_rig hub{[&](hub_front_parts& parts) { parts.session_limit = 100ms; }};
  const auto agent = test_end::to(hub.port());
  agent.send(introduction());
  const auto hubs = hub.accepted();
  CHECK(agent.ends());
  REQUIRE(hub.book.has(1));
  CHECK(begins(hub.book.all().front(), "refusal late |"));
}

TEST_CASE("unproven connections of one address are limited, and their places become free again") {
  front_rig hub{[&](hub_front_parts& parts) { parts.limits = {.total = 10, .of_address = 2}; }};
  auto first = std::make_unique<test_end>(test_end::to(hub.port()));
  const auto second = test_end::to(hub.port());
  const auto third = test_end::to(hub.port());
  CHECK(third.ends());
  REQUIRE(hub.book.has(1));
  CHECK(begins(hub.book.all().front(), "refusal too_many_from_address | 127.0.0.1 |"));
  first.reset();
  // The front notices the end a moment later.
  CHECK(eventually([&] {
    const auto again = test_end::to(hub.port());
    again.send(introduction());
    return eventually([&] { return hub.accepted_count() > 0; }, 50ms);
  }));
}

TEST_CASE("when unproven connections fill all places, the oldest of them is ended for a new one") {
  front_rig hub{[&](hub_front_parts& parts) { parts.limits = {.total = 2, .of_address = 10}; }};
  const auto first = test_end::to(hub.port());
  const auto second = test_end::to(hub.port());
  const auto agent = test_end::to(hub.port());
  CHECK(first.ends());
  REQUIRE(hub.book.has(1));
  CHECK(begins(hub.book.all().front(), "refusal too_many | 127.0.0.1 |"));
  REQUIRE(agent.send(introduction()));
  const auto hubs = hub.accepted();
  CHECK(hubs.read(introduction().size()) == introduction());
}

TEST_CASE("a member that opens twelve connections before its first handshake keeps eight") {
  const authority ca;
  front_rig hub{front_rig::with_tls(ca)};
  dialer_rig agent{agent_of(ca)};
  std::vector<test_end> ends;
  for (int i = 0; i < 12; ++i) {
    auto dialed = agent.dial(hub.port());
    REQUIRE_MESSAGE(dialed.socket.is_open(), dialed.why);
    ends.emplace_back(dialed.socket.release());
  }
  for (std::uint8_t i = 1; i <= 12; ++i)
    ends[i - 1U].send(client_handshake(node_number(i)).bytes_on_the_wire());
  REQUIRE(hub.book.has(4));
  for (const auto& line : hub.book.all())
    CHECK(begins(line, "refusal too_many_of_member | 127.0.0.1 (\"web-1\") |"));
  CHECK(eventually([&] { return hub.accepted_count() == 8; }));
  std::size_t known = 0;
  for (std::uint8_t i = 1; i <= 12; ++i)
    known += hub.members->find(text_of(node_number(i))) ? 1U : 0U;
  CHECK(known == 8);
}

TEST_CASE("junk on a port without TLS is a violation, reported once") {
  front_rig hub;
  const auto stranger = test_end::to(hub.port());
  const std::string text = "GET / HTTP/1.1\r\nHost: hub.example\r\n\r\n";
  stranger.send(std::as_bytes(std::span{text}));
  CHECK(stranger.ends());
  REQUIRE(hub.book.has(1));
  CHECK(begins(hub.book.all().front(), "violation header | 127.0.0.1 |"));
  CHECK(hub.accepted_count() == 0);
}

TEST_CASE("junk on a port with TLS, and BASP without TLS, is refused") {
  const authority ca;
  for (const auto& text : {byte_vector(100, std::byte{'G'}), introduction()}) {
    front_rig hub{front_rig::with_tls(ca)};
    const auto stranger = test_end::to(hub.port());
    stranger.send(text);
    CHECK(stranger.ends());
    REQUIRE(hub.book.has(1));
    CHECK(begins(hub.book.all().front(), "refusal tls | 127.0.0.1 |"));
    CHECK(hub.accepted_count() == 0);
  }
}

TEST_CASE("a member of another CA is refused") {
  const authority ca;
  const authority other;
  front_rig hub{front_rig::with_tls(ca)};
  // It trusts the hub, so it sends its own certificate.
  const auto own =
      load_or_throw(other.issue(agent_wish("web-1")), other.ca(), identity::side::agent);
  dialer_rig agent{[&] { return own; }};
  const auto dialed = agent.dial(hub.port());
  CHECK_FALSE(dialed.socket.is_open());
  CHECK(contains(dialed.why, "it is not signed by the CA"));
  REQUIRE(hub.book.has(1));
  CHECK(begins(hub.book.all().front(), "refusal tls |"));
}

TEST_CASE("a revoked certificate is refused, and the agent learns the reason") {
  const authority ca;
  front_rig hub{[&](hub_front_parts& parts) {
    front_rig::with_tls(ca)(parts);
    parts.revoked = [](const std::string&) { return true; };
  }};
  dialer_rig agent{agent_of(ca)};
  auto dialed = agent.dial(hub.port());
  REQUIRE(hub.book.has(1));
  CHECK(begins(hub.book.all().front(), "refusal revoked | 127.0.0.1 (\"web-1\") |"));
  REQUIRE(dialed.socket.is_open()); // with TLS 1.3 the agent finishes first
  CHECK(test_end{dialed.socket.release()}.ends());
  CHECK(dialed.end->why() != "");
  CHECK(hub.accepted_count() == 0);
}

TEST_CASE("revoking a certificate ends its open connection") {
  const authority ca;
  std::atomic<bool> revoked = false;
  front_rig hub{[&](hub_front_parts& parts) {
    front_rig::with_tls(ca)(parts);
    parts.revoked = [&](const std::string&) { return revoked.load(); };
  }};
  dialer_rig agent{agent_of(ca)};
  auto dialed = agent.dial(hub.port());
  const test_end end{dialed.socket.release()};
  const auto hubs = converse(hub, end);
  revoked = true;
  CHECK(end.ends());
  REQUIRE(hub.book.has(1));
  CHECK(begins(hub.book.all().front(), "refusal revoked |"));
}

TEST_CASE("an agent refuses a hub whose certificate is revoked or for another name") {
  const authority ca;
  front_rig hub{front_rig::with_tls(ca)};
  dialer_rig wary{agent_of(ca), [](const std::string&) { return true; }};
  CHECK(contains(wary.dial(hub.port()).why, "revoked"));
  dialer_rig agent{agent_of(ca)};
  // A different address of the same machine.
  const auto other = agent.dial(hub.port(), "127.0.0.2");
  CHECK_FALSE(other.socket.is_open());
  CHECK(other.why != "");
  CHECK(agent.dial(hub.port(), "localhost").socket.is_open());
}
