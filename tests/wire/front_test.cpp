// A hub's front and an agent's dialer over real TCP in one process, without CAF behind them.
#include "tests/support/eventually.hpp"
#include "tests/wire/front_rig.hpp"
#include "tests/wire/rows.hpp"

#include <doctest/doctest.h>

#include <atomic>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;
using namespace std::chrono_literals;
using support::agent_wish;
using support::authority;
using support::eventually;

namespace {

credentials_source agent_of(const authority& ca) {
  return [own = load_or_throw(ca.issue(agent_wish("web-1")), ca.ca(), identity::side::agent)] {
    return own;
  };
}

bool begins(const std::string& text, const std::string& with) {
  return text.starts_with(with);
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

byte_vector introduction() {
  return client_handshake(node_number(1)).bytes_on_the_wire();
}

/// Does CAF's handshake on both sides, then one request and its answer. Returns the hub's end.
test_end converse(front_rig& hub, const test_end& agent) {
  REQUIRE(agent.send(introduction()));
  auto hubs = hub.accepted();
  CHECK(hubs.read(introduction().size()) == introduction());
  const auto welcome = server_handshake(node_number(3), 20).bytes_on_the_wire();
  REQUIRE(hubs.send(welcome));
  CHECK(agent.read(welcome.size()) == welcome);
  const auto asked = request(900, 20, shared_caf().message(full_hello())).bytes_on_the_wire();
  REQUIRE(agent.send(asked));
  CHECK(hubs.read(asked.size()) == asked);
  const auto answer = response(21, 900, shared_caf().message(true)).bytes_on_the_wire();
  REQUIRE(hubs.send(answer));
  CHECK(agent.read(answer.size()) == answer);
  CHECK(hub.book.all().empty());
  return hubs;
}

} // namespace

TEST_CASE("frames travel both ways, without TLS") {
  front_rig hub;
  dialer_rig agent;
  auto dialed = agent.dial(hub.port());
  REQUIRE_MESSAGE(dialed.socket.is_open(), dialed.why);
  const test_end end{dialed.socket.release()};
  const auto hubs = converse(hub, end);
}

TEST_CASE("frames travel both ways with TLS, and the node belongs to its certificate") {
  const authority ca;
  front_rig hub{front_rig::with_tls(ca)};
  dialer_rig agent{agent_of(ca)};
  auto dialed = agent.dial(hub.port());
  REQUIRE_MESSAGE(dialed.socket.is_open(), dialed.why);
  const test_end end{dialed.socket.release()};
  const auto hubs = converse(hub, end);
  const auto who = hub.members->find(text_of(node_number(1)));
  REQUIRE(who);
  CHECK(who->certified);
  CHECK(who->names == std::vector<std::string>{"web-1"});
  CHECK(who->address == "127.0.0.1");
}

TEST_CASE("a connection without TLS has an address and no names") {
  front_rig hub;
  const auto agent = test_end::to(hub.port());
  agent.send(introduction());
  const auto hubs = hub.accepted();
  const auto who = hub.members->find(text_of(node_number(1)));
  REQUIRE(who);
  CHECK_FALSE(who->certified);
  CHECK(who->names.empty());
  CHECK(who->address == "127.0.0.1");
}

TEST_CASE("when one side ends the other ends, and the member is removed") {
  front_rig hub;
  dialer_rig agent;
  auto dialed = agent.dial(hub.port());
  REQUIRE(dialed.socket.is_open());
  auto end = std::make_unique<test_end>(dialed.socket.release());
  end->send(introduction());
  const auto hubs = hub.accepted();
  CHECK(hub.members->find(text_of(node_number(1))));
  end.reset();
  CHECK(hubs.ends());
  CHECK(eventually([&] { return !hub.members->find(text_of(node_number(1))); }));
  CHECK(hub.book.all().empty());
}

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

TEST_CASE("a violation ends the connection and is reported once, with the peer's name") {
  const authority ca;
  front_rig hub{front_rig::with_tls(ca)};
  dialer_rig agent{agent_of(ca)};
  auto dialed = agent.dial(hub.port());
  const test_end end{dialed.socket.release()};
  const auto hubs = converse(hub, end);
  auto bad = request(900, 99, shared_caf().message(full_chunk())).bytes_on_the_wire();
  const auto again = bad;
  bad.insert(bad.end(), again.begin(), again.end());
  end.send(bad);
  CHECK(end.ends());
  REQUIRE(hub.book.has(1));
  CHECK(begins(hub.book.all().front(),
               "violation receiver | 127.0.0.1 (\"web-1\") | a message to actor 99"));
}

TEST_CASE("a hub's violation ends the agent's connection and is reported") {
  front_rig hub;
  dialer_rig agent;
  auto dialed = agent.dial(hub.port());
  const test_end end{dialed.socket.release()};
  end.send(introduction());
  const auto hubs = hub.accepted();
  hubs.send(request(20, 900, shared_caf().message(full_hello())).bytes_on_the_wire());
  CHECK(end.ends());
  CHECK(contains(dialed.end->why(), "never sends"));
  REQUIRE(agent.book.has(1));
  CHECK(begins(agent.book.all().front(), "violation operation | 127.0.0.1 |"));
}

TEST_CASE(
    "the reason names certificate, TLS and capacity when a hub closes before it sent anything") {
  front_rig hub{[](hub_front_parts& parts) { parts.handshake_limit = 50ms; }};
  dialer_rig agent;
  auto dialed = agent.dial(hub.port());
  REQUIRE(dialed.socket.is_open());
  CHECK(test_end{dialed.socket.release()}.ends());
  CHECK(contains(dialed.end->why(), "before it sent anything"));
}

TEST_CASE("closing the front closes its connections on both sides") {
  auto hub = std::make_unique<front_rig>();
  dialer_rig agent;
  auto dialed = agent.dial(hub->port());
  const test_end end{dialed.socket.release()};
  const auto silent = test_end::to(hub->port());
  end.send(introduction());
  const auto hubs = hub->accepted();
  hub->close();
  CHECK(hubs.ends());
  CHECK(end.ends());
  CHECK(silent.ends());
}

TEST_CASE("a front that can't listen returns the reason") {
  front_rig hub;
  hub_front_parts parts;
  parts.host = "127.0.0.1";
  parts.port = hub.port();
  const auto second = hub_front::open(parts);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ec::bad_request);
  CHECK(contains(second.error().text, "in use"));
  parts.host = "192.0.2.1";
  CHECK_FALSE(hub_front::open(parts));
}
