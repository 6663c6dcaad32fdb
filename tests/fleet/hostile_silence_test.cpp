// Connections that prove nothing: they cost next to nothing and are ended after some seconds.
#include "tests/fleet/besieged_fleet.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::fleet;
using std::chrono::milliseconds;
using std::chrono::seconds;
using volumeviz::support::eventually;

namespace {

// The hub allows 5 s.
constexpr seconds deadline_bound{10};

/// The CPU use of the hub's process in the next seconds, in cores.
double load(besieged_fleet& fleet) {
  constexpr seconds span{2};
  const auto before = fleet.cpu();
  support::throughout([&] { return fleet.hub().running(); }, span);
  return (fleet.cpu() - before) / span;
}

/// A host other than the honest agent's.
constexpr const char* elsewhere = "127.0.0.2";

} // namespace

TEST_CASE("a silent connection costs no CPU and is ended") {
  besieged_fleet fleet;
  raw_line silent{fleet.port(), elsewhere};
  raw_line silent_in_tls{fleet.port(), elsewhere};
  REQUIRE(silent_in_tls.begin_tls(fleet.certificate_of(besieged_fleet::evil)));
  CHECK(load(fleet) < 0.3);
  CHECK(silent.ends_within(deadline_bound));
  CHECK(silent_in_tls.ends_within(deadline_bound));
  CHECK(eventually([&] { return fleet.refused("late") >= 2; }, seconds{2}));
  fleet.expect_unhurt();
}

TEST_CASE("300 silent connections of one address are limited, and do not delay others") {
  besieged_fleet fleet;
  const auto before = fleet.peak_mib();
  std::vector<raw_line> all;
  for (int i = 0; i < 300; ++i)
    all.emplace_back(fleet.port(), elsewhere);
  CHECK(load(fleet) < 0.3);
  CHECK(
      eventually([&] { return fleet.refused("too_many_from_address") >= 300 - 256; }, seconds{2}));
  CHECK(fleet.admitted("web-2") != nullptr);
  CHECK(std::ranges::all_of(all, [](raw_line& x) { return x.ends_within(deadline_bound); }));
  CHECK(fleet.peak_mib() - before < 64);
  CHECK(fleet.lines_with({elsewhere}) <= 3);
  fleet.expect_unhurt();
}

TEST_CASE("a connection without a certificate of the fleet is refused") {
  besieged_fleet fleet;
  raw_line nobody{fleet.port(), elsewhere};
  nobody.begin_tls({});
  CHECK(nobody.ends_within(seconds{5}));
  const support::authority stranger;
  raw_line other{fleet.port(), elsewhere};
  other.begin_tls(stranger.issue(support::agent_wish(besieged_fleet::evil)));
  CHECK(other.ends_within(seconds{5}));
  raw_line junk{fleet.port(), elsewhere};
  junk.send("GET / HTTP/1.1\r\nHost: hub\r\n\r\n");
  CHECK(junk.ends_within(seconds{5}));
  CHECK(eventually([&] { return fleet.refused("tls") >= 3; }, seconds{2}));
  fleet.expect_unhurt();
}

TEST_CASE("a port without TLS checks frames in the same way") {
  besieged_fleet fleet{besieged_fleet::lines::plain};
  raw_line silent{fleet.port(), elsewhere};
  CHECK(load(fleet) < 0.3);
  raw_line junk{fleet.port(), elsewhere};
  junk.send(std::string(4'096, '\xff'));
  CHECK(junk.ends_within(deadline_bound));
  hostile_member without_payload{raw_line{fleet.port(), elsewhere}};
  without_payload.send_header({basp::message_type::client_handshake, 0, 0, 0, 0, 0});
  CHECK(without_payload.ends_within(deadline_bound));
  CHECK(silent.ends_within(deadline_bound));
  REQUIRE(fleet.hub().running());
  CHECK(eventually(
      [&] {
        return fleet.violations({"header", "length", "operation"}) >= 2;
      },
      seconds{2}));
  CHECK(eventually([&] { return fleet.refused("late") >= 1; }, seconds{2}));
  fleet.expect_unhurt();
}
