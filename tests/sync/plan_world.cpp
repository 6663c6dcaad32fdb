#include "tests/sync/plan_world.hpp"

#include <algorithm>
#include <stdexcept>

namespace volumeviz::sync::testing {

namespace {

using std::chrono::seconds;

constexpr unsigned fetches_max = 5'000;

void demand(bool condition, const std::string& promise) {
  if (!condition)
    throw std::runtime_error("broken promise: " + promise);
}

} // namespace

plan_world::plan_world(const work_limits& limits, std::vector<std::uint16_t> decisions)
    : tape_(std::move(decisions)), limits_(limits), plan_(limits, tape_.choose(1'000)) {
  now_ += seconds{1'000};
  auto n = 1 + tape_.choose(6);
  for (unsigned i = 0; i < n; ++i)
    keys_.push_back("c" + std::to_string(i));
}

void plan_world::run(unsigned changes) {
  plan_.want_list(list_reason::start, 0, now_);
  auto when = now_;
  for (unsigned i = 0; i < changes; ++i) {
    when += tape_.span(900);
    schedule_change(when);
  }
  calm_ = when + seconds{4};
  for (auto t = now_; t < calm_; t += milliseconds{700})
    at(t, [this] { add_barrier(); });
  advance();
  while (!agenda_.empty() || plan_.next_due()) {
    auto wake = plan_.next_due();
    if (agenda_.empty() || (wake && *wake < agenda_.begin()->first)) {
      now_ = std::max(now_, *wake);
    } else {
      auto next = agenda_.extract(agenda_.begin());
      now_ = std::max(now_, next.key());
      next.mapped()();
    }
    advance();
  }
  check_at_the_end();
}

void plan_world::schedule_change(time_point when) {
  at(when, [this] { change_something(); });
  if (tape_.one_in(8))
    at(when + tape_.span(2'000),
       [this] { plan_.recheck(keys_[tape_.choose(unsigned(keys_.size()))], now_); });
  if (tape_.one_in(8))
    at(when + tape_.span(2'000), [this] {
      constexpr list_reason reasons[] = {list_reason::demand, list_reason::interval,
                                         list_reason::reconnect};
      plan_.want_list(reasons[tape_.choose(3)], ++last_run_, now_);
    });
}

void plan_world::change_something() {
  const auto& key = keys_[tape_.choose(unsigned(keys_.size()))];
  auto& past = history_[key];
  auto exists = !past.empty() && past.back().version;
  const char* word = "create";
  if (exists) {
    constexpr const char* words[] = {"pause", "die", "rename", "destroy", "start", "oom"};
    word = words[tape_.choose(6)];
  }
  const auto* meaning = meaning_of(resource_kind::container, word);
  auto lag = meaning->lags ? std::min(tape_.span(1'400), limits_.delayed_recheck) : milliseconds{0};
  auto gone = meaning->gone;
  past.push_back({.at = now_,
                  .visible = now_ + lag,
                  .version = gone ? std::nullopt : std::optional{++last_version_}});
  emit_event(word, key);
}

void plan_world::emit_event(const char* word, const std::string& key) {
  docker_event event{
      .kind = resource_kind::container, .action = word, .id = key, .time = stamp(now_)};
  auto born = unmarked_.insert(now_);
  auto lost = tape_.one_in(10);
  auto late = tape_.one_in(4) ? tape_.span(3'000) : tape_.span(20);
  at(now_ + late, [this, event, born, lost] {
    if (lost)
      plan_.want_list(tape_.one_in(2) ? list_reason::lost_events : list_reason::overflow, 0, now_);
    else
      deliver(event);
    unmarked_.erase(born);
  });
  if (!lost && tape_.one_in(6))
    at(now_ + tape_.span(4'000), [this, event] { deliver(event); });
  if (tape_.one_in(20))
    at(now_ + late, [this] {
      deliver({.kind = resource_kind::container, .action = "prune", .id = {}, .time = stamp(now_)});
    });
}

void plan_world::deliver(const docker_event& event) {
  plan_.mark_dirty(event, *meaning_of(event.kind, event.action), now_);
  ++marked_;
}

void plan_world::add_barrier() {
  auto marked_until = unmarked_.empty() ? now_ : *unmarked_.begin() - milliseconds{1};
  plan_.add_barrier(stamp(marked_until));
}

void plan_world::advance() {
  check();
  auto was_busy = plan_.status().busy;
  if (auto what = plan_.begin(now_)) {
    demand(!was_busy, "one fetch at a time");
    demand(++fetches_ <= fetches_max, "a calm world comes to rest");
    start(*what);
    demand(!plan_.begin(now_), "no other fetch begins while one is in flight");
  } else if (!was_busy && !plan_.status().idle) {
    auto due = plan_.next_due();
    demand(due.has_value(), "what waits is due at some time");
    demand(*due > now_, "what is due now is fetched now");
  }
  check();
}

void plan_world::start(const fetch& what) {
  demand(what.list || !what.keys.empty(), "a fetch is a list or has keys");
  demand(!limits_.list_only || std::ranges::none_of(what.keys, limits_.list_only),
         "what can't be inspected is not inspected");
  demand(what.keys.size() <= limits_.batch_max, "a batch has a limit");
  demand(what.run_id <= last_run_, "only runs that were requested are answered");
  demand(!what.confirmed || held_back_, "only the list after one that was held back is confirmed");
  auto took = tape_.one_in(3) ? tape_.span(2'000) : tape_.span(30);
  auto moment = [&] { return now_ + milliseconds{tape_.choose(unsigned(took.count()) + 1)}; };
  auto record = [this](const std::string& key) {
    return [this, key] { observed_[key] = shown(key, now_); };
  };
  observed_.clear();
  if (what.list) {
    at(moment(), [this] {
      for (const auto& key : keys_)
        observed_[key] = shown(key, now_);
    });
  } else {
    for (const auto& key : what.keys)
      at(moment(), record(key));
  }
  // Behind the observations: equal times keep their order.
  at(now_ + took, [this, what] { end(what); });
}

void plan_world::end(const fetch& what) {
  auto trouble = now_ < calm_ ? tape_.choose(12) : 0;
  auto count = [this](const completion& x) { completed_ += sum(x.processed) + sum(x.failed); };
  if (trouble == 11) {
    count(plan_.finish_failed(now_));
    held_back_ = false;
  } else if (trouble == 10) {
    plan_.finish_unwritten(now_);
    held_back_ = false;
  } else if (what.list) {
    end_list(what);
  } else {
    end_keys(what);
  }
}

void plan_world::end_keys(const fetch& what) {
  std::vector<failed_key> failed;
  for (const auto& key : what.keys) {
    if (now_ < calm_ && tape_.one_in(6))
      failed.push_back({key, failure{ec::docker_timeout, "took too long"}});
    else
      store(key, observed_[key]);
  }
  auto done = plan_.finish(failed, {}, now_);
  demand(failed.size() == what.keys.size() || plan_.status().busy == false, "finished is finished");
  completed_ += sum(done.processed) + sum(done.failed);
}

void plan_world::end_list(const fetch& what) {
  auto removed = std::count_if(database_.begin(), database_.end(),
                               [this](const auto& row) { return !observed_[row.first]; });
  if (!what.confirmed && removed > 1 && 2 * std::size_t(removed) > database_.size()) {
    held_back_ = true;
    plan_.finish_held_back(now_);
    return;
  }
  held_back_ = false;
  std::vector<std::string> needs_inspect;
  std::set<std::string> seen;
  auto partial = now_ < calm_ && tape_.one_in(6);
  for (const auto& key : keys_) {
    auto hidden = partial && tape_.one_in(2);
    if (hidden || (partial && !observed_[key]))
      continue;
    if (observed_[key]) {
      seen.insert(key);
      if (tape_.one_in(6))
        needs_inspect.push_back(key);
    }
    store(key, observed_[key]);
  }
  if (!partial)
    answered_run_ = std::max(answered_run_, what.run_id);
  auto done = partial ? plan_.finish_partial(seen, needs_inspect, now_)
                      : plan_.finish({}, needs_inspect, now_);
  completed_ += sum(done.processed) + sum(done.failed);
}

void plan_world::store(const std::string& key, const std::optional<std::uint64_t>& version) {
  if (version)
    database_[key] = *version;
  else
    database_.erase(key);
}

std::optional<std::uint64_t> plan_world::shown(const std::string& key, time_point when) const {
  auto past = history_.find(key);
  if (past == history_.end())
    return std::nullopt;
  for (auto i = past->second.rbegin(); i != past->second.rend(); ++i)
    if (i->visible <= when)
      return i->version;
  return std::nullopt;
}

plan_world::state plan_world::shown_all(time_point when) const {
  state all;
  for (const auto& key : keys_)
    if (auto version = shown(key, when))
      all[key] = *version;
  return all;
}

bool plan_world::was_true_since(const std::string& key, time_point since) const {
  auto row = database_.find(key);
  auto recorded = row == database_.end() ? std::nullopt : std::optional{row->second};
  auto past = history_.find(key);
  if (past == history_.end())
    return !recorded;
  // The state at `since`, then every later one.
  std::optional<std::uint64_t> then;
  for (const auto& x : past->second) {
    if (x.at <= since)
      then = x.version;
    else if (x.version == recorded)
      return true;
  }
  return then == recorded;
}

void plan_world::check() const {
  demand(plan_.keys().pending() <= keys_.size() + 1, "pending keys are at most the existing ones");
  demand(marked_ == completed_ + plan_.status().incomplete_events,
         "every event is processed or failed exactly once");
  demand((plan_.keys().pending() == 0) == plan_.status().idle,
         "idle means that nothing is pending");
  if (plan_.status().verified == never)
    return;
  auto proven = time_point{} + std::chrono::nanoseconds{plan_.status().verified};
  demand(proven <= now_, "nothing is verified in the future");
  for (const auto& key : keys_)
    demand(was_true_since(key, proven), "rows are as new as the watermark (" + key + ")");
}

void plan_world::check_at_the_end() const {
  demand(plan_.status().idle, "a calm world comes to rest");
  demand(database_ == shown_all(now_ + seconds{10}), "the database is what the world is");
  demand(plan_.status().incomplete_events == 0, "every event is completed in the end");
  demand(answered_run_ == last_run_, "every run is answered in the end");
  demand(plan_.status().verified != never, "a calm world is verified in the end");
}

timestamp plan_world::stamp(time_point t) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(t.time_since_epoch()).count();
}

} // namespace volumeviz::sync::testing
