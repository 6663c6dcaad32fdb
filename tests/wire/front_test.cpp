// A hub's front and an agent's dialer over real TCP in one process, without CAF behind them.
#include "tests/support/eventually.hpp"
#include "tests/wire/front_rig.hpp"
#include "tests/wire/rows.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;
using namespace std::chrono_literals;
using support::authority;
using support::eventually;

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
