// Which fetch comes next: the rows of the table in sync/next_fetch.hpp.

#include "sync/next_fetch.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

constexpr time_point now = time_point{} + 1h;

/// Takes the next fetch, which must be a list for these reasons.
void check_list(backlog& waiting, const std::set<list_reason>& reasons, std::size_t marks) {
  const auto next = take_next(waiting, now);
  REQUIRE(next);
  REQUIRE(next->list);
  CHECK(next->list->reasons == reasons);
  CHECK(next->marks.size() == marks);
  CHECK(request_of(*next).keys.empty());
}

void check_keys(backlog& waiting, const strings& keys, bool retry = false) {
  const auto next = take_next(waiting, now);
  REQUIRE(next);
  const auto request = request_of(*next);
  CHECK_FALSE(request.list);
  CHECK(request.keys == keys);
  CHECK(request.retry == retry);
}

/// The inspect of a dirty key has failed this often.
void fail(backlog& waiting, const std::string& key, unsigned failures) {
  stale_mark x;
  x.failures = failures;
  x.due = now;
  x.by = completed_by::inspect;
  waiting.keys.put(key, std::move(x));
}

} // namespace

TEST_CASE("nothing waits: no fetch") {
  backlog waiting{{}, 1};
  CHECK_FALSE(take_next(waiting, now));
  CHECK_FALSE(waiting.soonest());
}

TEST_CASE("a list that is due comes first, with the dirty keys that need no inspect") {
  backlog waiting{{}, 1};
  waiting.mark("a", now);
  waiting.want_inspects({"b"}, now);
  waiting.want_list(list_reason::interval, 0, now);
  check_list(waiting, {list_reason::interval}, 1);
  check_keys(waiting, {"b"});
}

TEST_CASE("more dirty keys than the limit become a list") {
  backlog waiting{{.list_above = 2}, 1};
  for (const auto* key : {"a", "b", "c"})
    waiting.mark(key, now);
  check_list(waiting, {list_reason::escalation}, 3);
}

TEST_CASE("a key that can't be inspected becomes a list, one second after the list before") {
  backlog waiting{{.list_only = [](const std::string& key) { return key == "a//b"; }}, 1};
  waiting.mark("a//b", now);
  check_list(waiting, {list_reason::failure}, 1);
  waiting.mark("a//b", now);
  waiting.mark("c", now);
  check_keys(waiting, {"c"});
  CHECK_FALSE(take_next(waiting, now));
  CHECK(waiting.soonest() == now + waiting.limits.stand_in_apart);
}

TEST_CASE("a list that comes for another reason takes the keys that only lists complete") {
  backlog waiting{{.list_only = [](const std::string& key) { return key == "a//b"; }}, 1};
  waiting.want_list(list_reason::prune, 0, now);
  check_list(waiting, {list_reason::prune}, 0);
  waiting.mark("a//b", now); // due at the next stand-in
  waiting.want_list(list_reason::prune, 0, now);
  check_list(waiting, {list_reason::prune}, 1);
  CHECK_FALSE(waiting.soonest());
}

TEST_CASE("many keys that only lists complete cause no list before the next stand-in") {
  const auto later = now + 100ms;
  backlog waiting{{.list_above = 2, .list_only = [](const std::string&) { return true; }}, 1};
  for (const auto* key : {"a", "b", "c"})
    waiting.mark(key, later);
  waiting.want_list(list_reason::interval, 0, now);
  auto list = take_next(waiting, now);
  REQUIRE(list);
  waiting.put_back(std::move(list->marks)); // the store did not take it
  CHECK_FALSE(take_next(waiting, later));
  CHECK(waiting.soonest() == now + waiting.limits.stand_in_apart);
  list = take_next(waiting, *waiting.soonest());
  REQUIRE(list);
  REQUIRE(list->list);
  CHECK(list->marks.size() == 3);
}

TEST_CASE("keys that have not failed come first, then each failed key alone") {
  backlog waiting{{}, 1};
  fail(waiting, "bad", 1);
  fail(waiting, "worse", 2);
  waiting.mark("good", now);
  waiting.mark("also good", now);
  check_keys(waiting, {"also good", "good"});
  check_keys(waiting, {"bad"});
  check_keys(waiting, {"worse"});
}

TEST_CASE("a key that is set aside comes last and gets a short deadline") {
  backlog waiting{{}, 1};
  waiting.set_aside.failed("aside", 1s, now - 1s);
  waiting.mark("good", now);
  check_keys(waiting, {"good"});
  check_keys(waiting, {"aside"}, true);
}

TEST_CASE("what is due later is not fetched now") {
  backlog waiting{{}, 1};
  waiting.want_list(list_reason::interval, 0, now + 3s);
  waiting.mark("a", now + 2s);
  waiting.set_aside.failed("b", 1s, now);
  CHECK_FALSE(take_next(waiting, now));
  CHECK(waiting.soonest() == now + 1s);
}
