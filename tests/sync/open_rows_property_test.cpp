// Goal: verified_at never passes the removal of a resource whose row is still there, whatever lists
// leave out and however inspects fail; and once the faults are over, all is proven within a minute.
// Method: a small world in virtual time, every decision from a tape that rapidcheck makes up.

#include "sync/list_completion.hpp"
#include "sync/write_preparation.hpp"
#include "tests/sync/decision_tape.hpp"
#include "tests/sync/plan_bench.hpp"

#include <rapidcheck.h>

#include <map>
#include <stdexcept>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

namespace {

/// A daemon with a few resources of one kind, their rows, and a handler that does what the plan
/// says. Entries of lists may be unreadable, keys included, and inspects may fail with or without a
/// resource behind them.
class open_world {
public:
  open_world(resource_kind kind, decision_tape tape)
      : kind_(kind), tape_(std::move(tape)), named_max_(1 + tape_.choose(3)) {
    for (const auto* key : {"a", "b", "c", "d"})
      things_[key].row = true;
  }

  void run(unsigned steps) {
    bench_.want(list_reason::start);
    for (unsigned i = 0; i < steps; ++i) {
      change();
      bench_.plan.add_barrier(bench_.now.time_since_epoch().count());
      pass(tape_.span(3'000));
    }
    for (auto& [key, x] : things_)
      x.unreadable = x.fails = false;
    const auto calm = bench_.now;
    bench_.plan.add_barrier(calm.time_since_epoch().count());
    // A key that is set aside has waits of up to this, and the list after left-out entries too.
    pass(bench_.limits.retry_max + bench_.limits.left_out_again_max);
    demand(bench_.plan.status().verified == calm.time_since_epoch().count(), "all is proven");
    for (const auto& [key, x] : things_)
      demand(x.row == x.exists, "the rows are right in the end: " + key);
  }

private:
  struct thing {
    bool exists = true;
    bool row = false;
    /// In lists, together with its key, and in inspects.
    bool unreadable = false;
    /// Inspects are refused, whether it exists or not.
    bool fails = false;
    time_point gone_since{};
  };

  static void demand(bool condition, const std::string& promise) {
    if (!condition)
      throw std::runtime_error("broken promise: " + promise);
  }

  void change() {
    auto i = things_.begin();
    std::advance(i, tape_.choose(unsigned(things_.size())));
    auto& [key, x] = *i;
    switch (tape_.choose(6)) {
    case 0:
    case 1:
      x.exists = !x.exists;
      x.gone_since = bench_.now;
      if (tape_.one_in(4))
        bench_.want(list_reason::overflow);
      else
        bench_.event(x.exists ? "create" : "destroy", key);
      break;
    case 2:
      x.unreadable = !x.unreadable;
      break;
    case 3:
      bench_.want(list_reason::interval);
      break;
    default:
      x.fails = !x.fails;
    }
  }

  void pass(milliseconds span) {
    const auto until = bench_.now + span;
    for (auto fetches = 0;; ++fetches) {
      demand(fetches < 10'000, "the plan comes to rest");
      while (auto asked = bench_.begin())
        carry_out(*asked);
      const auto due = bench_.plan.next_due();
      if (!due || *due > until)
        break;
      bench_.now = std::max(bench_.now, *due);
    }
    bench_.now = until;
    bench_.advance(1ms);
  }

  observation answer(const fetch& asked) {
    observation seen{.ok = true, .why = {}, .batch = {}, .failed = {}, .warnings = {}};
    const auto shows = [&](const std::string& key) {
      if (kind_ == resource_kind::volume)
        seen.batch.volumes.present.emplace_back().name = key;
      else
        seen.batch.containers.present.emplace_back().id = key;
    };
    if (asked.list) {
      (kind_ == resource_kind::volume ? seen.batch.volumes.complete
                                      : seen.batch.containers.complete) = true;
      for (const auto& [key, x] : things_)
        if (x.exists && x.unreadable)
          seen.left_out.push_back({.position = 1, .key = {}, .driver = {}, .why = "unreadable"});
        else if (x.exists)
          shows(key);
      return seen;
    }
    for (const auto& key : asked.keys) {
      const auto& x = things_.at(key);
      if (x.fails)
        seen.failed.push_back({key, {ec::docker_refused, "500"}});
      else if (x.exists && x.unreadable)
        seen.failed.push_back({key, {ec::docker_malformed, "unreadable"}});
      else if (x.exists)
        shows(key);
      else
        (kind_ == resource_kind::volume ? seen.batch.volumes.gone : seen.batch.containers.gone)
            .push_back(key);
    }
    return seen;
  }

  /// What the store does with it.
  write_summary write(const fetch& asked, const observation& seen) {
    write_summary done;
    const auto remove = [&](const std::string& key) {
      if (std::exchange(things_.at(key).row, false))
        done.changes.push_back(
            {kind_ == resource_kind::volume ? row_kind::volume : row_kind::container,
             operation::remove,
             key,
             {}});
    };
    std::set<std::string> shown;
    each_present_key(seen.batch.volumes, [&](auto key) { shown.emplace(key); });
    each_present_key(seen.batch.containers, [&](auto key) { shown.emplace(key); });
    for (const auto& key : shown)
      things_.at(key).row = true;
    for (const auto* gone : {&seen.batch.volumes.gone, &seen.batch.containers.gone})
      for (const auto& key : *gone)
        remove(key);
    if (!asked.list)
      return done;
    for (const auto& [key, x] : things_) {
      if (!x.row || shown.contains(key))
        continue;
      if (seen.left_out.empty())
        remove(key);
      else if (done.spared.size() < named_max_)
        done.spared.push_back(key);
      else
        ++done.more_spared;
    }
    return done;
  }

  void carry_out(const fetch& asked) {
    const auto request = completion_.request_for(kind_, asked);
    auto seen = answer(asked);
    distrust_denials(seen, bench_.plan);
    const auto written = write(asked, seen);
    completion_.complete({kind_, asked, request.drivers, seen, written}, bench_.now, 1);
    const auto verified = bench_.plan.status().verified;
    for (const auto& [key, x] : things_)
      demand(!x.row || x.exists || x.gone_since.time_since_epoch().count() >= verified,
             "verified although the row of " + key + " is of nothing");
  }

  const resource_kind kind_;
  decision_tape tape_;
  const std::size_t named_max_;
  std::map<std::string, thing> things_;
  plan_bench bench_;
  list_completion completion_{bench_.plan, nullptr};
};

void live_through(resource_kind kind) {
  for (const auto* name : {"a", "b", "c", "d", "e"})
    CHECK(rc::check(name, [kind] {
      const auto tape = long_tape();
      const auto steps = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(2u, 60u));
      open_world{kind, decision_tape{tape}}.run(steps);
    }));
}

} // namespace

TEST_CASE("no row of a container that is gone is verified, whatever lists leave out") {
  live_through(resource_kind::container);
}

TEST_CASE("no row of a volume that is gone is verified, whatever lists leave out") {
  live_through(resource_kind::volume);
}
