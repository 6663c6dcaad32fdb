#include "actors/inventory/resource_handler.hpp"

#include "sync/gap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace volumeviz {

namespace {

// Longer than any call's own deadline: it only fires when the other actor hangs.
constexpr auto look_limit = std::chrono::minutes{3};
constexpr auto write_limit = std::chrono::minutes{1};

// Whoever waits for longer may not say that the rows are fresh. An inspect may take four seconds.
constexpr auto slow_look = std::chrono::seconds{5};

// The list follows events that nobody has read, or that the rows do not show any more: any
// container may have been started again.
bool events_were_missed(list_reason reason) {
  return reason == list_reason::start || reason == list_reason::reconnect
         || reason == list_reason::overflow || reason == list_reason::damaged
         || reason == list_reason::lost_events || reason == list_reason::lost_rows;
}

failure died(const char* who, ec silent, const caf::error& why) {
  auto timeout = why == caf::sec::request_timeout;
  return {timeout ? silent : ec::internal,
          fmt::format("the {} {}", who, timeout ? "did not answer" : "died while it was asked")};
}

} // namespace

resource_handler::resource_handler(interface::pointer self, handler_parts parts)
    : self_(self), parts_(std::move(parts)), plan_(parts_.limits, parts_.seed),
      unverified_(parts_.kind, parts_.log), told_unverified_{.kind = parts_.kind, .first = {}},
      rejected_(parts_.kind, parts_.log), told_rejected_(rejected_.report()),
      left_out_(parts_.kind, parts_.log),
      docker_trouble_(parts_.log, fmt::format("looking at {}", kinds())),
      store_trouble_(parts_.log, fmt::format("writing {}", kinds())) {
}

resource_handler::interface::behavior_type resource_handler::make_behavior() {
  mounts_unknown_ = parts_.restarted;
  in_trouble_ = parts_.restarted; // whatever the one before has told
  if (parts_.restarted) {
    self_->send(parts_.health, told_rejected_);
    self_->send(parts_.health, told_unverified_);
    self_->send(parts_.health, atom::left_out_v, parts_.kind, std::string{});
    list(list_reason::lost_events, 0);
  }
  return {
      [this](const docker_event& event) { note(event); },
      [this](atom::overflow) { missed_events(); },
      [this](atom::reconcile, list_reason reason, std::uint64_t run_id) { list(reason, run_id); },
      [this](atom::recheck, const std::vector<std::string>& keys) { recheck(keys); },
      [this](atom::barrier, timestamp at) { prove(at); },
      [this](atom::wake) { store_is_back(); },
      [this](atom::work_due, std::uint64_t number) { on_timer(number); },
      [this](atom::stop) { return finish_and_stop(); },
      [](atom::alive) { return true; },
  };
}

void resource_handler::note(const docker_event& event) {
  const auto* meaning = meaning_of(event.kind, event.action);
  if (meaning == nullptr) {
    ++parts_.slot->settled;
    return;
  }
  parts_.log->debug("event {} {} {}", meaning->event_type, event.action, event.id);
  if (meaning->whole_kind || (meaning->gone && event.id.empty()))
    drift_.clear_removals();
  else
    drift_.clear(event.id);
  plan_.mark_dirty(event, *meaning, self_->clock().now());
  advance();
}

void resource_handler::missed_events() {
  // First: what is refused from now on is told again.
  parts_.slot->overflow = false;
  parts_.log->warn("the queue was full and events of {} were dropped; listing them again", kinds());
  list(list_reason::overflow, 0);
}

void resource_handler::list(list_reason reason, std::uint64_t run_id) {
  plan_.want_list(reason, run_id, self_->clock().now());
  advance();
}

void resource_handler::recheck(const std::vector<std::string>& keys) {
  for (const auto& key : keys)
    plan_.recheck(key, self_->clock().now());
  advance();
}

void resource_handler::prove(timestamp at) {
  plan_.add_barrier(at);
  report_verified();
}

void resource_handler::store_is_back() {
  plan_.store_is_back();
  advance();
}

caf::result<bool> resource_handler::finish_and_stop() {
  stopping_ = self_->make_response_promise<bool>();
  advance();
  return *stopping_;
}

void resource_handler::advance() {
  auto now = self_->clock().now();
  report_drift();
  report_slow_look();
  if (auto next = plan_.begin(now)) {
    look_ = std::move(*next);
    look_began_ = now;
    look();
    return;
  }
  // While another node writes the rows nothing can be finished.
  const auto finished = plan_.status().incomplete_events == 0 || locked_out_;
  if (stopping_ && stopping_->pending() && !plan_.status().busy && finished)
    stopping_->deliver(true);
  auto due = plan_.next_due();
  if (auto drift_due = drift_.next_due(); drift_due && (!due || *drift_due < *due))
    due = drift_due;
  if (looking_ && !slow_ && (!due || look_began_ + slow_look < *due))
    due = look_began_ + slow_look;
  if (due)
    arm(std::max(*due, now));
}

void resource_handler::arm(steady::time_point due) {
  if (armed_ <= due)
    return;
  armed_ = due;
  self_->delayed_send<caf::message_priority::high>(self_, due - self_->clock().now(),
                                                   atom::work_due_v, ++timer_);
}

void resource_handler::on_timer(std::uint64_t number) {
  if (number != timer_)
    return;
  armed_ = steady::time_point::max();
  advance();
}

void resource_handler::look() {
  looking_ = true;
  slow_ = false;
  arm(look_began_ + slow_look);
  if (look_.list)
    self_->send(parts_.reconciler, atom::listing_v, parts_.kind, look_.run_id);
  asked_for_drivers_ = look_.list && only_drivers_can_tell();
  fetch_request question{.kind = parts_.kind,
                         .list = look_.list,
                         .keys = look_.keys,
                         .brief = look_.retry,
                         .drivers = asked_for_drivers_};
  self_->request(parts_.inspector, look_limit, std::move(question))
      .then([this](observation& what) { seen(what); },
            [this](const caf::error& why) {
              docker_failed(died("docker inspector", ec::docker_timeout, why));
            });
}

void resource_handler::report_slow_look() {
  if (!looking_ || slow_ || self_->clock().now() - look_began_ < slow_look)
    return;
  slow_ = true;
  const failure why{ec::docker_timeout, fmt::format("the daemon has been asked about {} for {} s",
                                                    kinds(), slow_look.count())};
  docker_trouble_.failed(why.text);
  report_trouble(why);
}

void resource_handler::seen(observation& what) {
  looking_ = false;
  if (!what.ok) {
    docker_failed(what.why);
    return;
  }
  docker_trouble_.worked();
  if (look_.list)
    report_left_out(what.left_out);
  heed_lists(what);
  unverified_.seen(what, look_.list, what.failed.empty() ? never : parts_.now());
  write(what);
}

/// A container whose inspect denies what a list has shown is as the list shows it: after a crash
/// some daemons know of it here and not there. If it was removed between the two, the next list
/// lacks it.
void resource_handler::heed_lists(observation& what) const {
  std::erase_if(what.batch.containers.gone, [&](const std::string& id) {
    if (!plan_.keys().list_outweighs(id))
      return false;
    what.failed.push_back(
        {.key = id,
         .why = {ec::docker_refused,
                 "the daemon lists it and answers its inspect with \"no such container\""},
         .denied = true});
    return true;
  });
}

void resource_handler::write(observation& what) {
  what.batch.host = parts_.host;
  for (auto& x : what.batch.volumes.present)
    x.recreated = plan_.keys().recreated(x.name);
  for (auto& x : what.batch.containers.present)
    x.times_unknown = !x.from_inspect && plan_.keys().is_set_aside(x.id);
  if (what.batch.volumes.complete) {
    auto& spared = what.batch.volumes.spared;
    for (const auto& key : plan_.keys().set_aside())
      if (kept_.contains(key))
        spared.unverified.push_back(key);
    spared.all_unverified = !what.drivers.empty();
  }
  what.batch.volumes.confirmed = look_.confirmed;
  what.batch.containers.confirmed = look_.confirmed;
  auto batch = what.batch;
  self_->request(parts_.store, write_limit, std::move(batch))
      .then([this, what = std::move(what)](write_answer& answer) { written(what, answer); },
            [this](const caf::error& why) {
              store_failed(died("inventory store", ec::store_unreachable, why));
            });
}

void resource_handler::written(const observation& what, write_answer& answer) {
  if (answer.summary.locked_out)
    locked_out(answer.why);
  else if (!answer.ok)
    store_failed(answer.why);
  else if (answer.summary.refused)
    doubted(answer.summary);
  else
    committed(what, answer.summary);
}

void resource_handler::committed(const observation& what, const write_summary& summary) {
  store_trouble_.worked();
  locked_out_ = false;
  if (in_trouble_)
    report_trouble({});
  log_changes(what.batch, summary);
  report_rejected(what, summary);
  auto rows = count_rows(summary);
  if (listed_before_)
    suspect_drift(summary);
  auto done = settle(what, summary);
  report_work(done, what.failed.empty() ? ec::internal : what.failed.front().why.code,
              std::move(rows), summary);
  if (look_.list) {
    listed_before_ = true;
    report_list(true, {}, what, summary);
  }
  hint_other(summary);
  if (summary.taken_anew)
    list_all_again();
  report_verified();
  report_unverified();
  advance();
}

/// Another node may have written rows by what it saw, later than this one. A list of this kind has
/// just put them right.
void resource_handler::list_all_again() {
  if (!look_.list)
    plan_.want_list(list_reason::lost_rows, 0, self_->clock().now());
  if (parts_.other)
    self_->send(parts_.other, atom::reconcile_v, list_reason::lost_rows, std::uint64_t{0});
}

sync::completion resource_handler::settle(const observation& what, const write_summary& summary) {
  auto now = self_->clock().now();
  const auto& volumes = what.batch.volumes;
  const auto& containers = what.batch.containers;
  std::set<std::string> seen;
  if (look_.list) {
    for (const auto& x : volumes.present)
      seen.insert(x.name);
    for (const auto& x : containers.present)
      seen.insert(x.id);
    plan_.list_left_out(!what.left_out.empty(), now);
  }
  if (look_.list && !volumes.complete && !containers.complete)
    return plan_.finish_partial(seen, needs_inspect(what, summary), now);
  if (parts_.kind == resource_kind::volume)
    return settle_volumes(what, summary);
  if (look_.list && summary.more_spared == 0) {
    seen.insert(containers.also_present.begin(), containers.also_present.end());
    plan_.list_shows(seen, {summary.spared.begin(), summary.spared.end()});
    seen.insert(summary.spared.begin(), summary.spared.end());
    unverified_.only(seen);
  }
  // Only an inspect can tell whether a spared row is still there.
  auto keys = needs_inspect(what, summary);
  keys.insert(keys.end(), summary.spared.begin(), summary.spared.end());
  return plan_.finish(what.failed, keys, now);
}

/// Rows stay although lists lack them, and inspects don't tell: they fail, or there are too many.
bool resource_handler::only_drivers_can_tell() const {
  return kept_.more() > 0 || std::ranges::any_of(plan_.keys().set_aside(), [this](const auto& key) {
           return kept_.contains(key);
         });
}

/// A list of volumes denies nothing that can't be inspected: dockerd leaves out what it does not
/// find the driver of.
sync::completion resource_handler::settle_volumes(const observation& what,
                                                  const write_summary& summary) {
  const auto now = self_->clock().now();
  const auto finish = [&](const std::vector<std::string>& ask) {
    return plan_.finish(what.failed, ask, now);
  };
  sync::completion done;
  auto list_again = false;
  if (look_.list) {
    std::set<std::string> gone;
    for (const auto& x : summary.changes)
      if (x.kind == row_kind::volume && x.op == operation::remove)
        gone.insert(x.key);
    plan_.list_denies(gone, {summary.spared.begin(), summary.spared.end()});
    unverified_.gone({gone.begin(), gone.end()});
    auto ask = summary.spared;
    const auto unaskable = std::erase_if(ask, [this](const auto& x) {
      return parts_.limits.list_only && parts_.limits.list_only(x);
    });
    auto next = kept_.listed(ask, summary.more_spared + unaskable, asked_for_drivers_,
                             [this](const auto& x) { return plan_.keys().waits(x); });
    list_again = next.list_again || (!asked_for_drivers_ && only_drivers_can_tell());
    done = finish(next.ask);
  } else {
    auto settled = what.batch.volumes.gone;
    for (const auto& x : what.batch.volumes.present)
      settled.push_back(x.name);
    done = finish({});
    list_again =
        kept_.completed(settled, [this](const auto& x) { return plan_.keys().is_set_aside(x); });
  }
  if (list_again)
    plan_.want_list(list_reason::failure, 0, now);
  return done;
}

void resource_handler::docker_failed(const failure& why) {
  looking_ = false;
  docker_trouble_.failed(why.text);
  report_trouble(why);
  auto lost = plan_.finish_failed(self_->clock().now());
  report_work(lost, why.code, {}, {});
  if (look_.list)
    report_list(false, why, {}, {});
  advance();
}

void resource_handler::store_failed(const failure& why) {
  store_trouble_.failed(why.text);
  report_trouble(why);
  keep_unwritten();
  if (look_.list)
    report_list(false, why, {}, {});
  advance();
}

/// No failure: that is what a standby is for. The store tells the log and the world, once. What is
/// seen meanwhile is tried again like after a failure, so that the takeover is a matter of seconds.
void resource_handler::locked_out(const failure& why) {
  parts_.log->debug("{} are not written: {}", kinds(), why.text);
  locked_out_ = true;
  if (in_trouble_)
    report_trouble({});
  keep_unwritten();
  if (look_.list)
    self_->send(parts_.reconciler,
                list_report{.kind = parts_.kind,
                            .reasons = {look_.reasons.begin(), look_.reasons.end()},
                            .run_id = look_.run_id,
                            .ok = false,
                            .why = why,
                            .warnings = {}});
  advance();
}

void resource_handler::keep_unwritten() {
  mounts_unknown_ = true;
  plan_.finish_unwritten(self_->clock().now());
}

void resource_handler::doubted(const write_summary&) {
  parts_.log->warn(
      "the daemon's list has lost most of the {} that are recorded; listing once more before "
      "believing it",
      kinds());
  plan_.finish_held_back(self_->clock().now());
  advance();
}

std::vector<std::string> resource_handler::needs_inspect(const observation& what,
                                                         const write_summary& summary) const {
  if (!look_.list || parts_.kind != resource_kind::container)
    return {};
  // Whoever answers for the database may be a hub; it names nothing that the list has not shown.
  const std::set<std::string> named(summary.needs_inspect.begin(), summary.needs_inspect.end());
  std::set<std::string> keys;
  for (const auto& x : what.batch.containers.present)
    if (named.contains(x.id))
      keys.insert(x.id);
  for (const auto& x : summary.changes)
    if (x.kind == row_kind::container && x.op != operation::remove)
      keys.insert(x.key);
  // One that was started again looks as before in a list, but for its times.
  const auto missed = std::ranges::any_of(look_.reasons, events_were_missed);
  // Rows that may be older than what they were proven to be prove nothing: nor does the recorded
  // moment, which may have been written since.
  const auto since = look_.reasons.contains(list_reason::lost_rows)
                         ? never
                         : std::max(verified_, summary.verified_before);
  // The answer has not named all of them: any container may be one.
  const auto unnamed = summary.more_needs_inspect > 0
                       || std::ranges::any_of(summary.more_changes, [](const unlisted_changes& x) {
                            return x.kind == row_kind::container && x.op != operation::remove;
                          });
  for (const auto& x : what.batch.containers.present)
    if (unnamed || plan_.keys().requested(x.id)
        || (missed && sync::times_may_differ(x, since, parts_.now())))
      keys.insert(x.id);
  return {keys.begin(), keys.end()};
}

void resource_handler::hint_other(const write_summary& summary) {
  if (!parts_.other)
    return;
  auto volumes = parts_.kind == resource_kind::volume;
  auto unnamed = volumes && std::exchange(mounts_unknown_, false);
  // A new mount may name a volume whose own event is still on its way, or got lost. And a volume
  // takes its mounts along, also one that a container has of another volume of the name, made
  // since.
  std::set<std::string> keys;
  for (const auto& x : summary.changes)
    if (x.kind == row_kind::mount && volumes)
      keys.insert(x.key);
    else if (x.kind == row_kind::mount && x.op == operation::create && !look_.list)
      keys.insert(x.detail.substr(0, x.detail.find(" at ")));
  for (const auto& x : summary.more_changes)
    if (x.kind == row_kind::mount && (volumes || (x.op == operation::create && !look_.list)))
      unnamed = true;
  if (unnamed)
    self_->send(parts_.other, atom::reconcile_v, list_reason::failure, std::uint64_t{0});
  if (!keys.empty())
    self_->send(parts_.other, atom::recheck_v, std::vector<std::string>(keys.begin(), keys.end()));
}

const char* resource_handler::kinds() const noexcept {
  return parts_.kind == resource_kind::volume ? "volumes" : "containers";
}

} // namespace volumeviz
