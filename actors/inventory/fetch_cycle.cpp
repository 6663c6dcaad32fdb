#include "actors/inventory/fetch_cycle.hpp"

#include "actors/inventory/describe_change.hpp"
#include "runtime/invariant.hpp"
#include "sync/mount_hints.hpp"
#include "sync/write_preparation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

// Longer than the deadline of any call, so these end only a request to an actor that hangs. The
// handler's timer watches them: a limit given to CAF would wake its clock's thread for each
// request.
constexpr auto fetch_limit = std::chrono::minutes{3};
constexpr auto write_limit = std::chrono::minutes{1};

// After this long without an answer the rows do not count as fresh. One inspect may take four
// seconds.
constexpr auto slow_after = std::chrono::seconds{5};

failure died(const char* actor) {
  return {ec::internal, fmt::format("the {} died before it answered", actor)};
}

} // namespace

fetch_cycle::fetch_cycle(resource_handler_actor::pointer self, context_ptr context,
                         const handler_parts& parts, sync::work_plan& plan,
                         sync::list_completion& completion, handler_reports& reports,
                         std::function<void()> ended)
    : self_(self), context_(std::move(context)), parts_(parts), plan_(plan),
      completion_(completion), reports_(reports), ended_(std::move(ended)),
      mounts_unknown_(parts.restarted()) {
}

void fetch_cycle::begin(sync::fetch&& asked) {
  invariant(!in_flight_, "one fetch in flight");
  auto question = completion_.request_for(parts_.kind, asked);
  if (asked.list)
    reports_.work.list_began(asked);
  const auto now = self_->clock().now();
  in_flight_ =
      in_flight{std::move(asked), question.drivers, now, phase::fetch, now + fetch_limit, false};
  const auto number = ++number_;
  self_->request(parts_.inspector, caf::infinite, std::move(question))
      .then(
          [this, number](observation& what) {
            if (expects(number, phase::fetch))
              fetched(what);
          },
          [this, number](const caf::error&) {
            if (expects(number, phase::fetch))
              docker_failed(died("docker inspector"));
          });
}

std::optional<sync::time_point> fetch_cycle::next_due() const {
  if (!in_flight_)
    return {};
  const auto slow = in_flight_->began + slow_after;
  const auto may_be_slow = in_flight_->doing == phase::fetch && !in_flight_->reported_as_slow;
  return may_be_slow ? std::min(slow, in_flight_->limit) : in_flight_->limit;
}

void fetch_cycle::check_limits(sync::time_point now) {
  if (!in_flight_ || now < *next_due())
    return;
  if (now >= in_flight_->limit) {
    give_up();
    return;
  }
  in_flight_->reported_as_slow = true;
  reports_.trouble.docker_failed(
      {ec::docker_timeout, fmt::format("the daemon has been asked about {} for {} s",
                                       plural(parts_.kind), slow_after.count())});
}

void fetch_cycle::give_up() {
  given_up_ = number_;
  if (in_flight_->doing == phase::fetch)
    docker_failed({ec::docker_timeout, "the docker inspector did not answer"});
  else
    store_failed({ec::store_unreachable, "the inventory store did not answer"});
}

bool fetch_cycle::expects(std::uint64_t number, phase doing) const {
  if (number <= given_up_)
    return false;
  invariant(in_flight_ && number == number_ && in_flight_->doing == doing,
            "a completion belongs to the fetch in flight");
  return true;
}

fetch_cycle::in_flight fetch_cycle::end() {
  invariant(in_flight_.has_value(), "only a fetch in flight ends");
  return *std::exchange(in_flight_, std::nullopt);
}

work_reports::seconds fetch_cycle::taken(const in_flight& x) const {
  return self_->clock().now() - x.began;
}

void fetch_cycle::fetched(observation& what) {
  if (!what.ok) {
    docker_failed(what.why);
    return;
  }
  reports_.trouble.docker_answered();
  sync::distrust_denials(what, plan_);
  reports_.problems.fetched(what, in_flight_->asked.list);
  write(what);
}

void fetch_cycle::write(observation& what) {
  what.batch.host = context_->host;
  sync::prepare_write(what, in_flight_->asked, plan_, completion_.kept());
  in_flight_->doing = phase::write;
  in_flight_->limit = self_->clock().now() + write_limit;
  auto batch = what.batch;
  self_->request(context_->handles.store, caf::infinite, std::move(batch))
      .then(
          [this, number = number_, what = std::move(what)](const write_answer& answer) {
            if (expects(number, phase::write))
              written(what, answer);
          },
          [this, number = number_](const caf::error&) {
            if (expects(number, phase::write))
              store_failed(died("inventory store"));
          });
}

void fetch_cycle::written(const observation& what, const write_answer& answer) {
  if (answer.summary.locked_out)
    stand_by(answer.why);
  else if (!answer.ok)
    store_failed(answer.why);
  else if (answer.summary.refused)
    held_back();
  else
    committed(what, answer.summary);
}

void fetch_cycle::committed(const observation& what, const write_summary& summary) {
  invariant(what.batch.host == context_->host, "a batch carries the handler's host");
  const auto done = end();
  const sync::committed_fetch commit{parts_.kind, done.asked, done.with_drivers, what, summary};
  locked_out_ = false;
  reports_.trouble.committed();
  log_changes(*context_->log, what.batch, summary);
  reports_.problems.committed(what, summary);
  // Before the plan completes the fetch: it then forgets which events and rechecks requested it.
  auto rows = reports_.work.count_rows(commit);
  reports_.drift.suspect(commit);

  const auto outcome = completion_.complete(commit, self_->clock().now(), context_->now());
  reports_.problems.completed(outcome);
  reports_.work.ended(
      {.events = outcome.events,
       .failed_why = what.failed.empty() ? ec::internal : what.failed.front().why.code,
       .rows = std::move(rows),
       .rejected =
           summary.rejected.size() + summary.more_rejected + reports_.problems.take_left_out(),
       .replaced_text = summary.replaced_text});
  if (done.asked.list)
    reports_.work.list_committed(commit, taken(done));
  hint_other(commit);
  if (summary.taken_anew)
    list_again_after_takeover(done.asked.list);
  reports_.work.verified();
  reports_.problems.send_unverified(plan_.keys().set_aside(), completion_.kept());
  ended_();
}

void fetch_cycle::held_back() {
  end();
  context_->log->warn("the daemon's list lacks most of the {} that are recorded, so it was not "
                      "written; listing again, and a second such list counts",
                      plural(parts_.kind));
  plan_.finish_held_back(self_->clock().now());
  ended_();
}

void fetch_cycle::docker_failed(const failure& why) {
  const auto done = end();
  reports_.trouble.docker_failed(why);
  reports_.work.ended({.events = plan_.finish_failed(self_->clock().now()),
                       .failed_why = why.code,
                       .rejected = reports_.problems.take_left_out()});
  if (done.asked.list)
    reports_.work.list_failed(done.asked, why, taken(done));
  ended_();
}

void fetch_cycle::store_failed(const failure& why) {
  const auto done = end();
  reports_.trouble.store_failed(why);
  mounts_unknown_ = true;
  plan_.finish_unwritten(self_->clock().now());
  if (done.asked.list)
    reports_.work.list_failed(done.asked, why, taken(done));
  ended_();
}

/// Fetches again after a pause, as after a failure, so that a takeover takes seconds.
void fetch_cycle::stand_by(const failure& why) {
  const auto done = end();
  locked_out_ = true;
  reports_.trouble.standing_by(why);
  mounts_unknown_ = true;
  plan_.finish_unwritten(self_->clock().now());
  if (done.asked.list)
    reports_.work.list_locked_out(done.asked, why);
  ended_();
}

const resource_handler_actor& fetch_cycle::other() const {
  const auto& handles = context_->handles;
  return parts_.kind == resource_kind::volume ? handles.containers : handles.volumes;
}

void fetch_cycle::hint_other(const sync::committed_fetch& x) {
  auto hints = sync::mount_hints_of(x);
  if (parts_.kind == resource_kind::volume)
    hints.all |= std::exchange(mounts_unknown_, false);
  if (hints.all)
    self_->send(other(), atom::reconcile_v, list_reason::failure, std::uint64_t{0});
  if (!hints.keys.empty())
    self_->send(other(), atom::recheck_v,
                std::vector<std::string>(hints.keys.begin(), hints.keys.end()));
}

/// Another node may have written newer rows while it had the lock. A list has just repaired the
/// rows of this kind.
void fetch_cycle::list_again_after_takeover(bool this_was_a_list) {
  if (!this_was_a_list)
    plan_.want_list(list_reason::lost_rows, 0, self_->clock().now());
  self_->send(other(), atom::reconcile_v, list_reason::lost_rows, std::uint64_t{0});
}

} // namespace volumeviz
