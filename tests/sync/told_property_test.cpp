// Goal: in any order of events, fetches and failures, a fetch tells the time of each event that no
// committed fetch has answered, and never a time that no event had before it began.

#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

namespace {

using times = std::map<std::string, std::set<timestamp>>;

class told_world {
public:
  void step() {
    switch (*rc::gen::inRange(0, 7)) {
    case 0:
    case 1:
      event();
      break;
    case 2:
      bench_.plan.recheck(some_key(), bench_.now);
      break;
    case 3:
      bench_.want(list_reason::demand);
      break;
    case 4:
      bench_.advance(milliseconds{*rc::gen::inRange(0, 3'000)});
      break;
    default:
      fetch_something();
    }
  }

private:
  static std::string some_key() { return std::string(1, *rc::gen::element('a', 'b', 'c')); }

  static bool covers(const fetch& asked, const std::string& key) {
    return asked.list || std::ranges::find(asked.keys, key) != asked.keys.end();
  }

  void event() {
    const auto key = some_key();
    const auto at = *rc::gen::inRange<timestamp>(1, 1'000);
    bench_.event(*rc::gen::element("die", "pause", "destroy"), key, at);
    seen_[key].insert(at);
    open_[key].insert(at);
  }

  void fetch_something() {
    const auto asked = bench_.begin();
    if (!asked)
      return;
    const auto before = seen_;
    const auto answered = open_;
    check(*asked, before, answered);
    while (*rc::gen::inRange(0, 3) == 0)
      event(); // comes too late for this fetch
    check(*asked, before, answered);
    end(*asked, answered);
  }

  void check(const fetch& asked, const times& before, const times& due) const {
    std::map<std::string, timestamp> told;
    for (const auto& x : bench_.plan.keys().told()) {
      RC_ASSERT(told.emplace(x.key, x.at).second);
      RC_ASSERT(before.contains(x.key));
      RC_ASSERT(before.at(x.key).contains(x.at));
    }
    for (const auto& [key, all] : due)
      if (covers(asked, key) && !all.empty())
        RC_ASSERT(told[key] >= *all.rbegin());
  }

  void end(const fetch& asked, const times& answered) {
    switch (*rc::gen::inRange(0, asked.list ? 5 : 4)) {
    case 0:
      bench_.finish_failed();
      return;
    case 1:
      bench_.finish_unwritten();
      return;
    case 2:
      bench_.finish(asked.keys); // all inspects have failed
      if (!asked.list)
        return;
      break;
    case 3:
      bench_.finish();
      break;
    case 4:
      bench_.finish_held_back();
      return;
    }
    for (const auto& [key, all] : answered)
      if (covers(asked, key))
        for (const auto at : all)
          open_[key].erase(at);
  }

  plan_bench bench_;
  times seen_; ///< of all events
  times open_; ///< of those that no committed fetch has answered
};

} // namespace

TEST_CASE(
    "in any order of events and failures a fetch tells what no committed fetch has answered") {
  CHECK(rc::check([] {
    told_world world;
    for (auto steps = *rc::gen::inRange(1, 60); steps > 0; --steps)
      world.step();
  }));
}
