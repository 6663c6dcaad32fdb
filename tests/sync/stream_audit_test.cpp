// The rules of sync/stream_audit.hpp, one by one, up to row 6.

#include "tests/sync/audit_bench.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

// When the stream opens.

TEST_CASE("the first question comes five seconds after the opening and asks for all") {
  for (const auto skew : {0h, 1h, -1h}) {
    audit_bench bench;
    bench.skew = skew;
    CHECK_FALSE(bench.open().end);
    CHECK(bench.until_next() == 5s);
    const auto question = bench.ask();
    CHECK(question.since == second);
    CHECK(question.until == bench.daemon_now());
  }
}

TEST_CASE("containers are listed when a clock was set between two streams") {
  struct row {
    std::chrono::nanoseconds moved;
    bool lists;
  };
  for (const auto& x : {row{0ns, false}, row{3s, false}, row{-3s, false}, row{3s + 1ns, true},
                        row{-3s - 1ns, true}}) {
    CAPTURE(x.moved.count());
    audit_bench bench;
    bench.skew = 1h;
    const auto decision = bench.open(true, (bench.skew + x.moved).count());
    CHECK((decision.relist == relist_cause::clock_set) == x.lists);
    CHECK_FALSE(decision.end);
    CHECK(bench.until_next() == 5s);
  }
}

TEST_CASE("containers are listed when the clocks differ at the first stream of a process") {
  for (const auto skew : {0h, 1h, -1h}) {
    audit_bench bench;
    bench.skew = skew;
    CHECK((bench.open().relist == relist_cause::clock_set) == (skew != 0h));
  }
}

// When it is time to ask.

TEST_CASE("the stream ends when our clock was set since the last question") {
  struct row {
    std::chrono::nanoseconds by;
    const char* told; ///< null: it was not
  };
  for (const auto& x : {row{300ms, nullptr}, row{-300ms, nullptr}, row{300ms + 1ns, "0.3 s"},
                        row{-700ms, "-0.7 s"}, row{1h, "3600.0 s"}}) {
    CAPTURE(x.by.count());
    audit_bench bench;
    bench.open();
    bench.wait();
    bench.now.wall += x.by.count();
    const auto question = bench.audit.ask(bench.now);
    REQUIRE(question.has_value() == (x.told == nullptr));
    if (x.told) {
      CHECK(question.error().code == ec::docker_unreachable);
      CHECK(question.error().text
            == "our clock was set by " + std::string{x.told}
                   + "; opening a new stream to compare it with the daemon's");
    }
  }
}

TEST_CASE("a clock that is corrected bit by bit was not set") {
  audit_bench bench;
  bench.open();
  for (int i = 0; i < 10; ++i) {
    bench.now.wall += 200 * millisecond;
    bench.round(bench.forgets_nothing());
  }
}

TEST_CASE("a question asks from the last event on that the daemon is known to remember") {
  audit_bench bench;
  bench.open();
  bench.ask();
  const auto newest = bench.daemon_now() - second;
  bench.answer(remembers({bench.opened_at - hour, newest}));
  CHECK(bench.ask().since == newest - 500 * millisecond);
}

TEST_CASE("Podman, which forgets nothing, is asked from the last question on") {
  audit_bench bench;
  bench.open(false);
  const auto first = bench.ask();
  CHECK(first.since == bench.opened_at - 500 * millisecond);
  CHECK(bench.proves(bench.answer(remembers({}))));
  CHECK(bench.until_next() == 5s);
  CHECK(bench.ask().since == first.until - 500 * millisecond);
}

// Rows 1 and 2: no answer.

TEST_CASE("the second failed audit in a row ends the stream, the first is repeated soon") {
  audit_bench bench;
  bench.open();
  bench.ask();
  CHECK(bench.audit.failed({ec::docker_refused, "500"}, bench.now.steady) == failed);
  CHECK(bench.until_next() == 500ms);
  CHECK(bench.proves(bench.round(bench.forgets_nothing())));
  bench.ask();
  CHECK(bench.audit.timed_out(bench.now.steady) == failed);
  bench.ask();
  const auto decision =
      bench.answer({.ok = false, .why = {ec::docker_refused, "500"}, .events = {}, .stamps = {}});
  const failure why{ec::docker_refused, "the daemon does not answer while its stream is open: 500"};
  CHECK(decision == stream_decision{.passed = false, .end = why});
}

// Row 3: the daemon's clock.

TEST_CASE("the stream ends and containers are listed when the daemon's clock was set") {
  struct row {
    std::chrono::nanoseconds date; ///< of the answer, after the question
    std::chrono::nanoseconds waited;
    const char* set; ///< null: it was not
  };
  for (const auto& x :
       {row{0s, 0s, nullptr}, row{3s, 0s, nullptr}, row{3s + 1ns, 0s, "forward"},
        row{3s + 900ms, 900ms, nullptr}, row{-4s, 0s, nullptr}, row{-4s - 1ns, 0s, "back"}}) {
    CAPTURE(x.date.count());
    audit_bench bench;
    bench.skew = -1h;
    bench.open();
    bench.ask();
    auto answer = bench.forgets_nothing();
    answer.answered_at = bench.asked.until + x.date.count();
    const auto decision = bench.answer(answer, x.waited);
    if (!x.set) {
      CHECK(decision == bench.proven());
      continue;
    }
    const failure why{ec::docker_unreachable, "the daemon's clock was set " + std::string{x.set}
                                                  + "; opening a new stream to compare it with "
                                                    "ours"};
    CHECK(decision == stream_decision{.relist = relist_cause::clock_set, .end = why});
  }
}

// Row 4: whose answer it is.

TEST_CASE("an answer after the end of the stream's connection proves nothing") {
  audit_bench bench;
  bench.open();
  bench.ask();
  const auto lost = bench.forgets_nothing({event_at(bench.horizon())});
  CHECK(bench.answer(lost, 0s, false) == stream_decision{});
  CHECK(bench.until_next() == 500ms);
}

// Rows 5 and 6: events that the stream has not shown.

TEST_CASE("the stream ends when it has not shown what the daemon remembers") {
  audit_bench bench;
  bench.open();
  bench.ask();
  const auto shown = event_at(bench.horizon() - second, "a"), lost = event_at(bench.horizon());
  bench.shown.remember(shown);
  const failure why{ec::docker_unreachable,
                    "the stream has lost 1 of 2 events that the daemon remembers (the first: "
                    "volume create v); opening a new one"};
  CHECK(bench.answer(bench.forgets_nothing({shown, lost}))
        == stream_decision{.passed = false, .end = why});
}

TEST_CASE("events from before the opening are left to the lists") {
  for (const auto after : {0, 1}) {
    CAPTURE(after);
    audit_bench bench;
    bench.open();
    bench.ask();
    const auto event = event_at(bench.opened_at - 500 * millisecond + after);
    CHECK(bench.answer(bench.forgets_nothing({event})).end.has_value() == (after == 1));
  }
}

TEST_CASE("nothing is proven while an event is on its way that may report something older") {
  for (const auto after : {0, 1}) {
    CAPTURE(after);
    audit_bench bench;
    bench.open();
    bench.ask();
    const auto event = event_at(bench.horizon() + 1'500 * millisecond + after);
    const auto decision = bench.answer(bench.forgets_nothing({event}));
    CHECK(decision == (after == 0 ? nothing_proven : bench.proven()));
    CHECK(bench.until_next() == (after == 0 ? 500ms : 5'000ms));
  }
}

namespace {

/// An event is on its way, and the daemon will forget it.
struct waiting : audit_bench {
  waiting() {
    open();
    ask();
    event = event_at(horizon() + 1'500 * millisecond);
    REQUIRE(answer(forgets_nothing({event})) == nothing_proven);
  }
  docker_event event;
};

} // namespace

TEST_CASE_FIXTURE(waiting, "an event that is on its way for too long is lost, also if forgotten") {
  CHECK(round(forgets_nothing()) == nothing_proven);
  CHECK(round(forgets_nothing()) == nothing_proven);
  CHECK(round(forgets_nothing()).end); // 1.5 s later
}

TEST_CASE_FIXTURE(waiting, "an event that was on its way and is shown holds nothing up") {
  shown.remember(event);
  CHECK(proves(round(forgets_nothing())));
}

TEST_CASE(
    "the audit stops waiting for an event when the memory no longer knows whether it was shown") {
  audit_bench bench;
  bench.shown = event_memory{2};
  bench.open();
  bench.ask();
  const auto event = event_at(bench.horizon() + 1'500 * millisecond);
  REQUIRE(bench.answer(bench.forgets_nothing({event})) == nothing_proven);
  for (timestamp at = 1; at <= 3; ++at)
    bench.shown.remember(event_at(bench.opened_at + at, "other"));
  CHECK(bench.proves(bench.round(bench.forgets_nothing())));
}
