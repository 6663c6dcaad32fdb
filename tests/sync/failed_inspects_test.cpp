// What becomes of failed inspects: the rows of the table in sync/failed_inspects.hpp.

#include "sync/failed_inspects.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

constexpr time_point now = time_point{} + 1h;

const failure timeout{ec::docker_timeout, "took too long"};
const failure refused{ec::docker_refused, "no such driver"};

/// A fetch of these keys, each with one event and so many failures before.
struct failing_fetch {
  backlog waiting{{}, 1};
  fetch_in_flight done;
  completion result;

  failing_fetch(const std::vector<std::string>& keys, unsigned failures, bool with_event = true) {
    for (const auto& key : keys) {
      auto& mark = done.marks[key];
      mark.failures = failures;
      if (with_event)
        mark.events.push_back({.meaning = nullptr, .count = 1, .oldest = never});
    }
  }
  void keep(const std::vector<failed_key>& failed) {
    keep_failed(waiting, done, failed, result, now);
  }
};

} // namespace

TEST_CASE("what becomes of one failed inspect") {
  struct row {
    const char* what;
    failed_key failed;
    unsigned failures;
    bool with_event;
    bool event_fails, lists, waits, set_aside;
  };
  const row rows[] = {
      {"left out", {"a", timeout, false}, 0, true, false, false, false, false},
      {"the only timeout, the first time", {"a", timeout}, 0, true, false, false, true, false},
      {"a timeout, the second time", {"a", timeout}, 1, true, true, true, true, false},
      {"refused", {"a", refused}, 0, true, true, true, true, false},
      {"refused again, without news", {"a", refused}, 1, false, false, false, true, false},
      {"refused again, after an event", {"a", refused}, 1, true, true, true, true, false},
      {"denied again", {"a", refused, true, true}, 1, false, false, true, true, false},
      {"refused for the third time", {"a", refused}, 2, false, false, false, false, true},
  };
  for (const auto& x : rows) {
    CAPTURE(x.what);
    failing_fetch fetch({"a"}, x.failures, x.with_event);
    fetch.keep({x.failed});
    CHECK(fetch.done.marks.empty());
    CHECK(sum(fetch.result.failed) == (x.event_fails ? 1 : 0));
    CHECK((fetch.waiting.lists.wanted() != nullptr) == x.lists);
    CHECK(fetch.waiting.set_aside.contains("a") == x.set_aside);
    const auto* mark = fetch.waiting.keys.find("a");
    REQUIRE(mark != nullptr);
    CHECK((mark->due > now) == x.waits);
    CHECK((mark->by == completed_by::list) == x.set_aside);
  }
}

TEST_CASE("several timeouts are failures of the daemon: the kind is listed") {
  failing_fetch fetch({"a", "b"}, 0);
  fetch.keep({{"a", timeout}, {"b", timeout}});
  CHECK(sum(fetch.result.failed) == 2);
  CHECK(fetch.waiting.lists.wanted() != nullptr);
}

TEST_CASE("the failure of a key that was not fetched is ignored") {
  failing_fetch fetch({"a"}, 0);
  fetch.keep({{"stranger", refused}});
  CHECK(fetch.done.marks.size() == 1);
  CHECK(fetch.waiting.keys.size() == 0);
}

TEST_CASE("the failure of an uncertain key wants no list, since no list shows its state") {
  failing_fetch fetch({"a"}, 0, false);
  fetch.waiting.uncertain = {"a"};
  fetch.keep({{"a", refused}});
  CHECK(fetch.waiting.lists.wanted() == nullptr);
}

TEST_CASE("a key that is set aside stays so until an inspect of it works") {
  struct row {
    std::vector<failed_key> failed;
    bool set_aside, lists;
  };
  for (const auto& x : {row{{}, false, false}, row{{{"a", refused}}, true, false},
                        row{{{"a", refused, true, true}}, true, true}}) {
    backlog waiting{{}, 1};
    waiting.set_aside.failed("a", 1s, now - 1s);
    fetch_in_flight done;
    done.retry = "a";
    complete_retry(waiting, done, x.failed, now);
    CHECK(waiting.set_aside.contains("a") == x.set_aside);
    CHECK((waiting.lists.wanted() != nullptr) == x.lists);
    if (x.set_aside)
      CHECK(*waiting.set_aside.soonest() > now);
  }
}
