#include "sync/stream_audit.hpp"

#include <charconv>
#include <cstdlib>
#include <string>
#include <utility>

namespace volumeviz::sync {

namespace {

// The daemon's Date has whole seconds only.
constexpr timestamp whole_second = 1'000'000'000;
// A clock that is corrected bit by bit, by 500 ppm at most, was not set: 2.5 ms between two audits.
constexpr timestamp corrected = 300'000'000;

/// "-3600.0 s".
std::string in_seconds(timestamp span) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), static_cast<double>(span) / 1e9,
                                 std::chars_format::fixed, 1);
  return std::string(std::begin(text), end.ptr) + " s";
}

} // namespace

stream_decision stream_audit::opened(const stream_opening& how, const clock_reading& now) {
  offset_ = how.daemon_time - how.local_time;
  unshown_.begin(how.daemon_time);
  coverage_.begin(how.daemon_time, how.forgets);
  read_ = now;
  ask_in(policy_.interval, now.steady);
  stream_decision x;
  if (std::abs(how.offset_before.value_or(0) - offset_) > ns(policy_.clock_unset))
    x.relist = relist_cause::clock_set;
  return x;
}

result<audit_request> stream_audit::ask(const clock_reading& now) {
  const auto expected = read_.wall + ns(now.steady - read_.steady);
  read_ = now;
  if (std::abs(now.wall - expected) > corrected)
    return fail(ec::docker_unreachable,
                "our clock was set by " + in_seconds(now.wall - expected)
                    + "; opening a new stream to compare it with the daemon's");
  asked_ = {.since = coverage_.since(), .until = now.wall + offset_};
  return asked_;
}

stream_decision stream_audit::answered(const audit_answer& answer, const event_memory& shown,
                                       bool stands, time_point now) {
  if (!answer.ok)
    return failed(answer.why, now);
  record_delay(now);
  failures_ = 0;
  if (auto why = daemon_clock_was_set(answer, now))
    return {.relist = relist_cause::clock_set, .end = std::move(why)};
  if (!stands) {
    ask_in(policy_.retry, now);
    return {};
  }
  const auto horizon = asked_.until - ns(policy_.grace);
  if (auto why = unshown_.find_loss(answer.events, shown, horizon))
    return {.passed = false, .end = std::move(why)};
  // Not lost yet, but still on its way: what it tells of may have happened before the horizon.
  if (unshown_.any_until(horizon + ns(policy_.lag))) {
    ask_in(policy_.retry, now);
    return {.passed = true};
  }
  return judge(answer, horizon, now);
}

stream_decision stream_audit::failed(const failure& why, time_point now) {
  record_delay(now);
  stream_decision x;
  x.passed = false;
  if (++failures_ >= policy_.failures_max)
    x.end = failure{why.code, "the daemon does not answer while its stream is open: " + why.text};
  else
    ask_in(policy_.retry, now);
  return x;
}

stream_decision stream_audit::timed_out(time_point now) {
  return failed({ec::docker_timeout, "the daemon did not answer the audit of the stream in time"},
                now);
}

void stream_audit::record_delay(time_point now) {
  const auto slow = now - due_at_ >= policy_.slow;
  hung_ |= slow;
  still_slow_ &= slow;
}

std::optional<failure> stream_audit::daemon_clock_was_set(const audit_answer& answer,
                                                          time_point now) const {
  if (answer.answered_at == never)
    return {};
  const auto waited = ns(now - read_.steady);
  const auto as_before = ns(policy_.clock_unset);
  const auto ahead = answer.answered_at > asked_.until + waited + as_before;
  if (!ahead && answer.answered_at + whole_second >= asked_.until - as_before)
    return {};
  return failure{ec::docker_unreachable, std::string{"the daemon's clock was set "}
                                             + (ahead ? "forward" : "back")
                                             + "; opening a new stream to compare it with ours"};
}

/// Rows 7 to 10: the stream has lost nothing that is known.
stream_decision stream_audit::judge(const audit_answer& answer, timestamp horizon, time_point now) {
  stream_decision x;
  x.passed = true;
  // Before the proof that this audit may be: it waits for the lists.
  if (hung_ && (!still_slow_ || may_list(now))) {
    still_slow_ = true;
    x.relist = relist_cause::daemon_hung;
    list_both(now);
  }
  auto proven = coverage_.extend(asked_, answer, unshown_.events());
  if (!proven && x.relist == relist_cause::none && may_list(now)) {
    x.relist = relist_cause::daemon_forgot;
    list_both(now);
  }
  if (!proven && x.relist != relist_cause::none) {
    coverage_.extend_by_lists(asked_, answer);
    proven = true;
  }
  if (proven && !hung_)
    x.proven_until = horizon - offset_;
  ask_in(coverage_.until_next(asked_, answer), now);
  return x;
}

bool stream_audit::may_list(time_point now) const {
  return !listed_at_ || now - *listed_at_ >= policy_.relist;
}

void stream_audit::list_both(time_point now) {
  listed_at_ = now;
  hung_ = false;
}

} // namespace volumeviz::sync
