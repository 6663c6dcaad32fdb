// How a member's connection is slowed down.
#include "tests/wire/caf_bytes.hpp"
#include "tests/wire/rows.hpp"
#include "wire/hub_pace.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t gate = 20;

struct paced {
  std::shared_ptr<member_registry> members = std::make_shared<member_registry>();
  hub_filter filter{
      1,       "own",
      gate,    {.address = "192.0.2.7", .certified = true, .names = {}, .fingerprint = "a"},
      members, [](std::uint64_t) {}};
  std::shared_ptr<member_rates> rates = std::make_shared<member_rates>();
  hub_pace pace{filter, gate, rates};
  hub_pace::steady::time_point now = hub_pace::steady::now();

  /// A request without an answer.
  void ask(std::uint64_t number) {
    const auto x = request(900, gate, shared_caf().message(full_hello()), number);
    REQUIRE(filter.frame(x.parsed(), x.payload));
  }
  hub_pace::steady::duration wait(const hub_pace::member_state& own,
                                  std::chrono::seconds later = 0s) {
    return pace.delay_after(0, {}, own, now + later);
  }
};

} // namespace

TEST_CASE("bytes count against a member's rate as they arrive, before their frame is complete") {
  paced on;
  CHECK(on.pace.delay_after(32'000'000, {}, {}, on.now) == 0s);
  CHECK(on.pace.delay_after(16'000'000, {}, {}, on.now) == 1s);
  CHECK(on.pace.delay_after(0, {}, {}, on.now + 1s) == 0s);
}

TEST_CASE("a member may have 16 requests unanswered, 8 more for each session, up to 64 sessions") {
  paced on;
  std::uint64_t asked = 0;
  for (const auto& [sessions, most] :
       {std::pair<std::size_t, std::uint64_t>{0, 16}, {1, 24}, {64, 528}, {256, 528}}) {
    for (; asked < most; on.ask(++asked))
      REQUIRE(on.wait({.sessions = sessions}) == 0s);
    CHECK(on.wait({.sessions = sessions}) == 1s);
  }
}

TEST_CASE("unanswered requests slow a member down for a minute, longer if it does not read") {
  paced on;
  for (std::uint64_t i = 1; i <= 16; ++i)
    on.ask(i);
  CHECK(on.wait({}, 60s) == 1s);
  CHECK(on.wait({.unsent_since = on.now}, 100s) == 1s);
  CHECK(on.wait({}, 100s) == 0s);
}

TEST_CASE("all connections of a member share its rates") {
  rates_of_members rates;
  paced first, second;
  hub_pace one{first.filter, gate, rates.of("a")};
  hub_pace other{second.filter, gate, rates.of("a")};
  CHECK(one.delay_after(32'000'000, {}, {}, first.now) == 0s);
  CHECK(other.delay_after(8'000'000, {}, {}, first.now) == 500ms);
  CHECK(one.delay_after(8'000'000, {}, {}, first.now) == 1s);
  CHECK(rates.of("b") != rates.of("a"));
  // Without certificates the connections can't be attributed to a member.
  CHECK(rates.of("") != rates.of(""));
}

TEST_CASE("a member's rates outlive its connections, until some thousand other members have come") {
  rates_of_members rates;
  const auto now = hub_pace::steady::now();
  const auto present = rates.of("present");
  present->bytes.take(40e6, now);
  rates.of("gone")->bytes.take(40e6, now);
  CHECK(rates.of("gone")->bytes.take(0, now) == 500ms);
  for (int i = 0; i < 10'000; ++i)
    rates.of(std::to_string(i));
  CHECK(rates.size() <= 4096);
  CHECK(rates.of("present") == present);
  CHECK(rates.of("gone")->bytes.take(0, now) == 0s);
}
