// Goal: a proof is never false, and where nothing is wrong there are proofs. Method: a daemon that
// forgets soon, a stream that stalls and a daemon that hangs in virtual time, every decision from a
// tape that rapidcheck makes up and shrinks; and answers without any sense.

#include "tests/sync/audit_bench.hpp"
#include "tests/sync/decision_tape.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

namespace {

audit_policy small_ring(decision_tape& tape) {
  audit_policy policy;
  policy.ring = 4 + tape.choose(12);
  return policy;
}

/// Whatever a daemon could say, true or not.
audit_answer any_answer(decision_tape& tape, audit_bench& bench) {
  audit_answer x;
  x.ok = !tape.one_in(6);
  x.why = {ec::docker_unreachable, "no connection"};
  const auto unread = tape.one_in(8);
  for (auto n = tape.choose(20); n > 0; --n) {
    const auto at = bench.daemon_now() - std::chrono::nanoseconds{tape.span(5'000)}.count();
    x.stamps.push_back(at);
    if (tape.one_in(2))
      continue;
    x.events.push_back(event_at(at));
    if (!unread || tape.one_in(2))
      bench.shown.remember(x.events.back());
  }
  x.all = !tape.one_in(4);
  if (tape.one_in(8))
    x.answered_at = bench.daemon_now() - std::chrono::nanoseconds{tape.span(5'000)}.count();
  return x;
}

/// A daemon that remembers a few events, and a stream that shows all of them in their order, but as
/// late as the tape wants. Events come later than the changes that they report, and out of
/// order; while the daemon hangs, changes happen that no event reports.
class watched_world {
public:
  explicit watched_world(decision_tape& tape) : tape_(tape), bench_(small_ring(tape)) { open(); }

  void live() {
    for (int i = 0; i < 200; ++i) {
      if (tape_.one_in(3))
        happen(1 + tape_.choose(tape_.one_in(4) ? 30 : 3));
      if (tape_.one_in(20))
        stalled_until_ = bench_.now.steady + tape_.span(4'999);
      read();
      pass(tape_.span(tape_.one_in(4) ? 3'000 : 600));
    }
  }
  /// From now on nothing is wrong and nothing happens.
  void calm_down() {
    calm_ = true;
    stalled_until_ = bench_.now.steady;
    const auto since = bench_.now.wall;
    read();
    pass(30s);
    RC_ASSERT(proven_ > since);
  }

private:
  struct happening {
    timestamp changed; ///< in the world
    docker_event event;
    bool inventory; ///< else of a health check or the like: no stream shows it
  };

  void open() {
    bench_.audit = stream_audit{bench_.policy};
    stalled_until_ = bench_.now.steady;
    read();
    bench_.open();
    listed_ = bench_.now.wall; // the lists that follow each opening
  }

  void happen(unsigned count) {
    for (; count > 0; --count) {
      // Unlike all others, and not in the future; out of order by less than the policy's disorder.
      const auto stamp = bench_.daemon_now()
                         - std::chrono::nanoseconds{1ms + tape_.span(399)}.count()
                         + static_cast<timestamp>(past_.size());
      const auto changed = stamp - std::chrono::nanoseconds{tape_.span(1'500)}.count();
      past_.push_back({changed, event_at(stamp), tape_.one_in(2)});
    }
  }

  /// The reading thread comes to the end of what there is.
  void read() {
    if (bench_.now.steady < stalled_until_)
      return;
    for (; read_ < past_.size(); ++read_)
      if (past_[read_].inventory)
        bench_.shown.remember(past_[read_].event);
  }

  void pass(std::chrono::milliseconds span) {
    const auto end = bench_.now.steady + span;
    while (bench_.audit.next_question() <= end)
      audit();
    if (bench_.now.steady < end)
      bench_.pass(end - bench_.now.steady);
    read();
  }

  void audit() {
    const auto asked = bench_.ask();
    const auto answer = remembered(asked);
    const auto fails = !calm_ && tape_.one_in(12);
    const auto hangs = !calm_ && tape_.one_in(8);
    if (hangs)
      hang();
    read();
    carry_out(fails ? bench_.audit.timed_out(bench_.now.steady) : bench_.answer(answer));
  }

  audit_answer remembered(const audit_request& asked) const {
    audit_answer x;
    x.ok = true;
    const auto forgotten = past_.size() - std::min(past_.size(), bench_.policy.ring);
    for (auto i = forgotten; i < past_.size(); ++i) {
      const auto& told = past_[i];
      if (told.event.time < asked.since || told.event.time > asked.until)
        continue;
      x.stamps.push_back(told.event.time);
      if (told.inventory)
        x.events.push_back(told.event);
    }
    // The daemon is never restarted, but its connections end.
    x.continued = calm_ || !tape_.one_in(4);
    return x;
  }

  void hang() {
    const auto before = tape_.span(2'000);
    bench_.pass(before);
    unannounced_.push_back(bench_.now.wall);
    bench_.pass(std::chrono::milliseconds{1'000} + tape_.span(2'000));
  }

  void carry_out(const stream_decision& decision) {
    if (decision.relist == relist_cause::daemon_hung
        || decision.relist == relist_cause::daemon_forgot)
      listed_ = bench_.now.wall;
    if (decision.proven_until)
      check(*decision.proven_until);
    if (decision.end)
      open();
  }

  /// Every change until then was shown by the stream, or came before lists.
  void check(timestamp proven) {
    proven_ = proven;
    for (auto i = read_; i < past_.size(); ++i)
      RC_ASSERT(!past_[i].inventory || past_[i].changed > proven || past_[i].changed <= listed_);
    for (const auto changed : unannounced_)
      RC_ASSERT(changed > proven || changed <= listed_);
  }

  decision_tape& tape_;
  audit_bench bench_;
  std::vector<happening> past_; ///< in the order of the ring and the stream
  std::size_t read_ = 0;
  stream_audit::time_point stalled_until_{};
  std::vector<timestamp> unannounced_;
  timestamp listed_ = never;
  timestamp proven_ = never;
  bool calm_ = false;
};

} // namespace

TEST_CASE("with late, forgotten and missing answers a proof is never false, and proofs come when "
          "all is well") {
  // A property of another name has other chances.
  for (const auto* name : {"a", "b", "c", "d", "e"})
    CHECK(rc::check(name, [] {
      decision_tape tape{long_tape()};
      watched_world world{tape};
      world.live();
      world.calm_down();
    }));
}

TEST_CASE(
    "for any answer the proven time is before the question, and the next question comes soon") {
  CHECK(rc::check([] {
    decision_tape tape{long_tape()};
    audit_bench bench{small_ring(tape)};
    bench.open(!tape.one_in(4));
    auto proven = never;
    std::optional<stream_audit::time_point> listed;
    for (int i = 0; i < 40; ++i) {
      bench.wait(tape.one_in(5) ? tape.span(2'000) : 0ms);
      const auto question = bench.audit.ask(bench.now);
      RC_ASSERT(question.has_value());
      RC_ASSERT(question->until == bench.daemon_now());
      RC_ASSERT(question->since < question->until);
      const auto due = bench.audit.next_question();
      bench.pass(tape.one_in(4) ? tape.span(3'000) : 0ms);
      const auto answer = any_answer(tape, bench);
      const auto stands = !tape.one_in(8);
      const auto decision = bench.answer(answer, 0ms, stands);
      const auto lists_both = decision.relist == relist_cause::daemon_hung
                              || decision.relist == relist_cause::daemon_forgot;
      if (decision.proven_until) {
        RC_ASSERT(answer.ok && stands && decision.passed == true && !decision.end);
        RC_ASSERT(*decision.proven_until == question->until - 2 * second);
        RC_ASSERT(*decision.proven_until > proven);
        proven = *decision.proven_until;
        // What happened while the daemon hung is proven by lists only.
        RC_ASSERT(lists_both || bench.now.steady - due < bench.policy.slow);
      }
      if (lists_both) {
        RC_ASSERT(decision.proven_until.has_value());
        if (decision.relist == relist_cause::daemon_forgot)
          RC_ASSERT((!listed || bench.now.steady - *listed >= bench.policy.relist));
        listed = bench.now.steady;
      }
      RC_ASSERT(decision.relist != relist_cause::clock_set || decision.end.has_value());
      if (decision.end)
        return;
      RC_ASSERT(bench.until_next() >= bench.policy.retry);
      RC_ASSERT(bench.until_next() <= bench.policy.interval);
    }
  }));
}
