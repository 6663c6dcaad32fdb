// The rules of sync/stream_audit.hpp from row 7 on: what is proven, and lists where nothing is.

#include "tests/sync/audit_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

// Row 7: a daemon that hung.

TEST_CASE("both kinds are listed when the daemon took a second to answer") {
  for (const auto after : {999ms, 1'000ms}) {
    CAPTURE(after.count());
    audit_bench bench;
    bench.open();
    bench.ask();
    const auto decision = bench.answer(bench.forgets_nothing(), after);
    CHECK(decision
          == (after == 1s ? bench.proven_by_lists(relist_cause::daemon_hung) : bench.proven()));
  }
}

TEST_CASE("a question that comes late counts as a hang of the daemon, which was not watched") {
  audit_bench bench;
  bench.open();
  bench.wait(1s);
  CHECK(bench.lists_and_proves(bench.round(bench.forgets_nothing()), relist_cause::daemon_hung));
}

TEST_CASE("a failure that comes late is a hang, and the next answer has both kinds listed") {
  audit_bench bench;
  bench.open();
  bench.wait();
  bench.ask();
  bench.pass(4s);
  CHECK(bench.audit.failed({ec::docker_timeout, "no answer"}, bench.now.steady) == failed);
  CHECK(bench.lists_and_proves(bench.round(bench.forgets_nothing()), relist_cause::daemon_hung));
}

namespace {

/// Answers take a second each; one round takes six.
struct slow_daemon : audit_bench {
  slow_daemon() { open(); }
  stream_decision slow_round() {
    ask();
    return answer(forgets_nothing(), 1s);
  }
  bool lists(const stream_decision& x) const {
    return lists_and_proves(x, relist_cause::daemon_hung);
  }
};

} // namespace

TEST_CASE_FIXTURE(slow_daemon,
                  "where every answer is slow, lists come 15 s apart, proofs with them") {
  for (int i = 0; i < 3; ++i) {
    CHECK(lists(slow_round()));
    CHECK(slow_round() == nothing_proven);
    CHECK(slow_round() == nothing_proven);
  }
}

TEST_CASE_FIXTURE(slow_daemon, "after a prompt answer the next hang is listed for at once") {
  CHECK(lists(slow_round()));
  CHECK(proves(round(forgets_nothing())));
  CHECK(lists(slow_round()));
}

TEST_CASE_FIXTURE(slow_daemon, "a hang is not forgotten before both kinds are listed") {
  CHECK(lists(slow_round()));
  CHECK(slow_round() == nothing_proven);
  CHECK(lists(round(forgets_nothing())));
  CHECK(proves(round(forgets_nothing())));
}

// Rows 8 to 10: what the daemon has forgotten.

TEST_CASE("lists replace events that the daemon has forgotten, 15 s apart") {
  audit_bench bench;
  bench.open();
  for (int i = 0; i < 3; ++i) {
    CHECK(bench.lists_and_proves(bench.round(remembers({})), relist_cause::daemon_forgot));
    CHECK(bench.round(remembers({})) == nothing_proven);
    CHECK(bench.until_next() == 5s);
    CHECK(bench.round(remembers({})) == nothing_proven);
  }
}

TEST_CASE("a daemon without any event is listed once, as long as one process answers") {
  audit_bench bench;
  bench.open();
  auto silent = remembers({});
  silent.continued = true;
  CHECK(bench.lists_and_proves(bench.round(silent), relist_cause::daemon_forgot));
  for (int i = 0; i < 10; ++i)
    CHECK(bench.proves(bench.round(silent)));
  CHECK(bench.lists_and_proves(bench.round(remembers({})), relist_cause::daemon_forgot));
}

TEST_CASE("lists after a hang also replace events that the daemon has forgotten") {
  audit_bench bench;
  bench.open();
  bench.ask();
  CHECK(bench.lists_and_proves(bench.answer(remembers({}), 1s), relist_cause::daemon_hung));
  CHECK(bench.round(remembers({})) == nothing_proven);
}

TEST_CASE("a daemon that remembers its events again causes no further lists") {
  audit_bench bench;
  bench.open();
  bench.ask();
  const auto stamp = bench.daemon_now() - second;
  CHECK(bench.lists_and_proves(bench.answer(remembers({stamp})), relist_cause::daemon_forgot));
  for (int i = 0; i < 10; ++i)
    CHECK(bench.proves(bench.round(remembers({stamp}))));
}
