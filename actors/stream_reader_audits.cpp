// How a reader finds out whether its stream shows everything.

#include "actors/stream_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace volumeviz {

namespace {

// Longer than the auditor's own deadline: it only counts when the auditor hangs.
constexpr auto audit_limit = std::chrono::seconds{8};

constexpr timestamp whole_second = 1'000'000'000;
// Who corrects a clock by less than 500 ppm does not set it: 2.5 ms between two audits.
constexpr timestamp unset = 300'000'000;

} // namespace

void stream_reader::audit() {
  if (our_clock_was_set())
    return;
  audit_request question{.since = audit_since(), .until = daemon_now()};
  self_->request(parts_.auditor, audit_limit, question)
      .then([this, question](const audit_answer& answer) { audited(question, answer); },
            [this](const caf::error&) {
              audit_failed({ec::docker_timeout,
                            "the daemon did not answer the audit of the stream in time"});
            });
}

timestamp stream_reader::audit_since() const {
  if (!forgets_)
    return covered_ - ns(parts_.audits.disorder);
  // All that it remembers, if nothing of that is known yet.
  return anchor_ == never ? whole_second : anchor_ - ns(parts_.audits.disorder);
}

void stream_reader::audited(const audit_request& asked, const audit_answer& answer) {
  if (!answer.ok) {
    audit_failed(answer.why);
    return;
  }
  note_hang();
  audit_failures_ = 0;
  if (was_set(asked, answer))
    return;
  if (is_anothers()) {
    audit_in(parts_.audits.retry);
    return;
  }
  auto settled = asked.until - ns(parts_.audits.grace);
  if (is_lossy(answer, settled))
    return;
  if (waits_for_events(settled)) {
    audit_in(parts_.audits.retry);
    return;
  }
  const auto listed = list_after_hang();
  const auto proven =
      is_proof(asked, answer, settled) || stands_for_proof(asked, answer, listed || list_instead());
  if (proven && !hung_)
    self_->send(parts_.reconciler, atom::proof_v, settled - clock_offset_);
  audit_in(until_next(asked, answer));
}

/// Who answered may be the daemon that was started after the stream's own had ended. The reading
/// thread will come to the end, too.
bool stream_reader::is_anothers() const {
  return !parts_.stream->stands();
}

/// From when the audit was due: while this actor did not run, nobody watched whether the daemon
/// hung.
void stream_reader::note_hang() {
  const auto slow = self_->clock().now() - audit_due_ >= parts_.audits.slow;
  hung_ |= slow;
  hung_before_ &= slow;
}

/// Before the proof that this audit may be: it waits for the lists. At once, but for a daemon that
/// is slow all the time.
bool stream_reader::list_after_hang() {
  if (!hung_ || (hung_before_ && !may_list()))
    return false;
  hung_before_ = true;
  parts_.log->debug("the daemon was slow to answer: who gave up meanwhile may have changed what no "
                    "event tells; listing");
  list_both();
  return true;
}

/// As often as the daemon's other clients can bear it.
bool stream_reader::may_list() const {
  return listed_at_ == steady::time_point{}
         || self_->clock().now() - listed_at_ >= parts_.audits.relist;
}

void stream_reader::list_both() {
  for (const auto& handler : {parts_.volumes, parts_.containers})
    self_->send(handler, atom::reconcile_v, list_reason::lost_events, std::uint64_t{0});
  listed_at_ = self_->clock().now();
  hung_ = false;
}

/// Ends this life when our clock does not show what it should.
bool stream_reader::our_clock_was_set() {
  auto steady_now = self_->clock().now();
  auto expected = asked_at_ + (steady_now - asked_at_steady_).count();
  asked_at_ = parts_.now();
  asked_at_steady_ = steady_now;
  if (std::abs(asked_at_ - expected) <= unset)
    return false;
  ended({ec::docker_unreachable,
         fmt::format("our clock was set by {:.1f} s; opening a new stream to compare it with the "
                     "daemon's",
                     seconds_between(expected, asked_at_))});
  return true;
}

/// The same for the daemon's, which it tells in whole seconds. Events that it has stamped with a
/// time to come would be in no answer.
bool stream_reader::was_set(const audit_request& asked, const audit_answer& answer) {
  if (answer.answered_at == never)
    return false;
  auto waited = (self_->clock().now() - asked_at_steady_).count();
  auto as_before = ns(parts_.audits.clock_unset);
  auto ahead = answer.answered_at > asked.until + waited + as_before;
  if (!ahead && answer.answered_at + whole_second >= asked.until - as_before)
    return false;
  list_anew();
  ended({ec::docker_unreachable,
         fmt::format("the daemon's clock was set {}; opening a new stream to compare it with ours",
                     ahead ? "forward" : "back")});
  return true;
}

/// The clock was set, and no age in a list of containers is to be believed.
void stream_reader::list_anew() {
  self_->send(parts_.containers, atom::reconcile_v, list_reason::lost_rows, std::uint64_t{0});
}

/// Ends this life when the stream has not shown what it should have.
bool stream_reader::is_lossy(const audit_answer& answer, timestamp settled) {
  // What thousands of events ago was still to be shown is known no more, shown or not.
  if (!parts_.memory->holds_since(due_since_))
    due_.clear();
  due_since_ = parts_.memory->count();
  for (const auto& event : answer.events)
    if (event.time > opened_at_ - ns(parts_.audits.disorder)) // older ones are for the lists
      due_.insert(event);
  std::size_t settled_count = 0;
  for (const auto& event : due_)
    settled_count += event.time <= settled ? 1 : 0;
  auto missing = parts_.memory->missing({due_.begin(), due_.end()});
  due_ = {missing.begin(), missing.end()};
  std::erase_if(missing, [settled](const auto& event) { return event.time > settled; });
  parts_.numbers->stream_audit(missing.empty());
  if (missing.empty())
    return false;
  ended({ec::docker_unreachable,
         fmt::format("the stream has lost {} of {} events that the daemon remembers (the first: "
                     "{} {} {}); opening a new one",
                     missing.size(), settled_count, to_string(missing.front().kind),
                     missing.front().action, missing.front().id)});
  return true;
}

/// Not lost yet, but still on its way: what it tells of may have happened before.
bool stream_reader::waits_for_events(timestamp settled) const {
  return std::ranges::any_of(due_, [until = settled + ns(parts_.audits.lag)](const auto& event) {
    return event.time <= until;
  });
}

/// Whether everything that was announced until `settled` has been read.
bool stream_reader::is_proof(const audit_request& asked, const audit_answer& answer,
                             timestamp settled) {
  auto disorder = ns(parts_.audits.disorder);
  auto newest = answer.stamps.empty() ? never : answer.stamps.back();
  if (!forgets_) {
    covered_ = asked.until;
    return true;
  }
  // It remembers something that was known before, so all that followed; and it is the same daemon:
  // one that has been restarted meanwhile remembers nothing of that.
  for (auto stamp : answer.stamps)
    if (stamp == anchor_ || stamp <= covered_ - disorder) {
      covered_ = asked.until;
      anchor_ = newest;
      return true;
    }
  // What it has forgotten was before what it remembers, in the stream, too.
  auto shown = false;
  for (const auto& event : answer.events)
    if (!due_.contains(event)) {
      shown = true;
      if (event.time <= settled + disorder)
        continue;
      covered_ = settled;
      anchor_ = never;
      return true;
    }
  // It has been started lately and has forgotten nothing yet.
  if (shown && anchor_ == never && answer.all && answer.stamps.size() < parts_.audits.ring) {
    covered_ = asked.until;
    anchor_ = newest;
    return true;
  }
  return false;
}

/// Nobody knows whether the events that the daemon has forgotten are still on their way. Lists tell
/// what they were about.
bool stream_reader::list_instead() {
  if (!may_list())
    return false;
  parts_.log->debug("the daemon remembers too few events for an audit of the stream; listing");
  list_both();
  return true;
}

/// Lists that are under way prove what an audit can't.
bool stream_reader::stands_for_proof(const audit_request& asked, const audit_answer& answer,
                                     bool listed) {
  if (!listed)
    return false;
  covered_ = asked.until;
  anchor_ = answer.stamps.empty() ? never : answer.stamps.back();
  return true;
}

/// Before the daemon has forgotten half of what it remembers now.
std::chrono::milliseconds stream_reader::until_next(const audit_request& asked,
                                                    const audit_answer& answer) const {
  const auto& policy = parts_.audits;
  if (!forgets_ || answer.stamps.empty() || covered_ != asked.until) // too fast to be told
    return policy.interval;
  auto full = answer.stamps.size() >= policy.ring;
  auto span = static_cast<double>(asked.until - (full ? answer.stamps.front() : asked.since)) / 1e6;
  auto half =
      span * static_cast<double>(policy.ring) / 2 / static_cast<double>(answer.stamps.size());
  auto most = static_cast<double>((policy.interval + policy.disorder).count());
  auto window = std::chrono::milliseconds{static_cast<std::int64_t>(std::min(half, most))};
  return std::max(window - policy.disorder, policy.retry);
}

void stream_reader::audit_failed(const failure& why) {
  note_hang();
  parts_.numbers->stream_audit(false);
  if (++audit_failures_ >= parts_.audits.failures_max) {
    ended({why.code,
           fmt::format("the daemon does not answer while its stream is open: {}", why.text)});
    return;
  }
  audit_in(parts_.audits.retry);
}

} // namespace volumeviz
