#include "sync/stale_keys.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

constexpr time_point now = time_point{} + 1h;

std::vector<std::string> names(const stale_keys::marks& marks) {
  std::vector<std::string> result;
  for (const auto& [key, mark] : marks)
    result.push_back(key);
  return result;
}

using strings = std::vector<std::string>;

/// A failed inspect puts its mark back like this.
void fail(stale_keys& keys, const std::string& key, time_point due) {
  stale_mark x;
  x.failures = 1;
  x.due = due;
  x.by = completed_by::inspect;
  keys.put(key, std::move(x));
}

} // namespace

TEST_CASE("a dirty key keeps its first number and its earliest due time") {
  stale_keys keys;
  keys.mark("a", 1, now + 5s);
  keys.mark("a", 2, now + 9s);
  CHECK(keys.size() == 1);
  CHECK(keys.soonest() == now + 5s);
  keys.mark("a", 3, now + 2s);
  CHECK(keys.soonest() == now + 2s);
  REQUIRE(keys.find("a") != nullptr);
  CHECK(keys.find("a")->number == 1);
  CHECK(keys.find("a")->touched == 3);
}

TEST_CASE("a key that keeps failing is not due earlier because of a new mark") {
  stale_keys keys;
  fail(keys, "a", now + 5s);
  keys.mark("a", 2, now);
  CHECK(keys.soonest() == now + 5s);
}

TEST_CASE("due keys are taken in order, a failed key after all others and alone") {
  stale_keys keys;
  fail(keys, "failed", now - 9s);
  fail(keys, "failed too", now - 8s);
  keys.mark("second", 1, now - 1s);
  keys.mark("first", 2, now - 2s);
  keys.mark("later", 3, now + 1s);
  CHECK(names(keys.take_due(now, 1)) == strings{"first"});
  CHECK(names(keys.take_due(now, 9)) == strings{"second"});
  CHECK(names(keys.take_due(now, 9)) == strings{"failed"});
  CHECK(names(keys.take_due(now, 9)) == strings{"failed too"});
  CHECK(keys.take_due(now, 9).empty());
  CHECK(names(keys.take_all()) == strings{"later"});
  CHECK_FALSE(keys.soonest());
}

TEST_CASE("which fetch may take a due key") {
  struct row {
    completed_by by;
    bool inspect, list;
  };
  for (const auto& x : {row{completed_by::any, true, true}, row{completed_by::inspect, true, false},
                        row{completed_by::list, false, true}}) {
    CAPTURE(static_cast<int>(x.by));
    for (const auto for_list : {false, true}) {
      stale_keys keys;
      stale_mark mark;
      mark.due = now;
      mark.by = x.by;
      keys.put("a", std::move(mark));
      const auto taken = for_list ? keys.take_for_list(now) : keys.take_due(now, 9);
      CHECK(!taken.empty() == (for_list ? x.list : x.inspect));
      CHECK(keys.size() == 1 - taken.size());
    }
  }
}

TEST_CASE("a list takes a key that is not due only if nothing else completes it") {
  stale_keys keys;
  keys.mark("any", 1, now + 1s);
  keys.want_inspect("inspect", 2, now + 1s);
  keys.mark("list", 3, now + 2s);
  keys.leave_to_lists("list");
  CHECK(names(keys.take_for_list(now)) == strings{"list"});
  CHECK(keys.size() == 2);
}

TEST_CASE("of two restrictions of a key, lists win over inspects") {
  stale_keys keys;
  keys.want_inspect("a", 1, now);
  CHECK(keys.find("a")->by == completed_by::inspect);
  keys.mark("a", 2, now);
  CHECK(keys.find("a")->by == completed_by::inspect);
  keys.leave_to_lists("a");
  keys.want_inspect("a", 3, now);
  CHECK(keys.find("a")->by == completed_by::list);
  keys.leave_to_lists("stranger");
  CHECK_FALSE(keys.contains("stranger"));
}

TEST_CASE("a key that is left to lists forgets its failures") {
  stale_keys keys;
  fail(keys, "a", now);
  keys.leave_to_lists("a");
  CHECK(keys.find("a")->failures == 0);
}

TEST_CASE("a mark that is put back is merged with what has come meanwhile") {
  stale_keys keys;
  keys.mark("a", 7, now);
  keys.mark("a", 7, now).requested = 7;
  stale_mark old;
  old.number = old.touched = 3;
  old.shown_by_list = 5;
  old.due = now - 1s;
  old.gone = old.covered_by_event = true;
  keys.put("a", std::move(old));
  const auto* mark = keys.find("a");
  REQUIRE(mark != nullptr);
  CHECK(mark->number == 3);
  CHECK(mark->touched == 7);
  CHECK(mark->requested == 7);
  CHECK(mark->shown_by_list == 5);
  CHECK(mark->gone);
  CHECK(mark->covered_by_event);
  CHECK(keys.soonest() == now - 1s);
}

TEST_CASE("a list completes only older marks that wait for an inspect, of keys that are gone") {
  stale_keys keys;
  keys.want_inspect("older", 1, now);
  keys.want_inspect("newer", 9, now);
  keys.mark("any", 2, now);
  keys.want_inspect("shown", 3, now);
  const auto gone = [](const std::string& key) { return key != "shown"; };
  CHECK(names(keys.take_gone(5, gone)) == strings{"older"});
  CHECK(keys.size() == 3);
}

TEST_CASE("keys that only lists complete are counted and postponed by themselves") {
  stale_keys keys;
  keys.mark("a", 1, now);
  CHECK_FALSE(keys.due_for_list_only(now));
  keys.mark("b", 2, now);
  keys.leave_to_lists("b");
  CHECK(keys.due_for_list_only(now));
  keys.postpone_list_only(now, now + 1s);
  CHECK_FALSE(keys.due_for_list_only(now));
  CHECK(keys.due_for_list_only(now + 1s));
  CHECK(keys.soonest() == now);
}

TEST_CASE("only due keys that a list completes make a list worthwhile") {
  stale_keys keys;
  keys.mark("a", 1, now);
  keys.mark("b", 2, now);
  keys.mark("later", 3, now + 1s);
  keys.want_inspect("c", 4, now);
  CHECK(keys.more_due_for_list(1, now));
  CHECK_FALSE(keys.more_due_for_list(2, now));
  CHECK(keys.more_due_for_list(2, now + 1s));
}
