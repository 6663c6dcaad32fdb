#include "actors/inventory/inventory_store.hpp"

#include "sync/fair_group.hpp"
#include "sync/slices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace volumeviz {

namespace {

// Often enough that health notices an absent database within seconds, rare enough to cost nothing.
constexpr auto ping_interval = std::chrono::seconds{2};
// Longer than the handlers wait before they try a write again.
constexpr auto write_failure_counts = std::chrono::seconds{30};
// A host that is written after all others waits for them no longer than this.
constexpr auto last_for = std::chrono::seconds{10};
// As many hosts' parts of a transaction fail, each alone, before the rest is not tried.
constexpr std::size_t failures_in_a_row = 3;

/// What became of the lock, in words: nothing has to be done when a standby was wanted.
std::string standby_reason(const std::string& host, const std::string& holder) {
  return fmt::format("another node writes the rows of host {}{}; standing by until it ends (two "
                     "machines must not have the same NODE_NAME)",
                     host, holder.empty() ? "" : fmt::format(" ({})", holder));
}

void append(write_group& to, change_batch&& batch, waiting_answer&& answer) {
  to.batches.push_back(std::move(batch));
  to.answers.push_back(std::move(answer));
}

/// What each host has in it, in the order of the hosts' first batches.
std::deque<write_group> by_host(write_group&& all) {
  std::deque<write_group> parts;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < all.batches.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(all.batches[i].host, parts.size());
    if (is_new)
      parts.emplace_back();
    append(parts[place->second], std::move(all.batches[i]), std::move(all.answers[i]));
  }
  return parts;
}

} // namespace

inventory_store::inventory_store(interface::pointer self, store_parts parts)
    : self_(self), parts_(std::move(parts)), trouble_(parts_.log, "the database") {
}

inventory_store::~inventory_store() {
  // Who waits for a store that dies must not wait for the deadline: CAF 0.17 says nothing for a
  // promise that is dropped.
  const failure why{ec::internal, "the inventory store died while it was writing"};
  refuse(writing_, why);
  refuse_all(why);
}

inventory_store::interface::behavior_type inventory_store::make_behavior() {
  self_->send<caf::message_priority::high>(self_, atom::ping_due_v);
  return {
      [this](change_batch& batch) { return collect(batch); },
      [this](atom::release, const std::string& host) { release(host); },
      [this](atom::write_due) { write_collected(); },
      [this](atom::ping_due) { ask_whether_up(); },
      [this](atom::stop) {
        write_all(); // the flush is still behind this
        return true;
      },
  };
}

caf::result<write_answer> inventory_store::collect(change_batch& batch) {
  auto answer = self_->make_response_promise<write_answer>();
  const auto rows = sync::rows_of(batch);
  waiting_.push_back({std::move(batch), {answer, rows, self_->clock().now(), {}}});
  // The flush queues up behind all that wait already: they share its transaction.
  if (waiting_.size() == 1)
    self_->send(self_, atom::write_due_v);
  return answer;
}

void inventory_store::write_collected() {
  if (waiting_.empty())
    return;
  turn_away_resting();
  writing_ = next_group();
  if (!writing_.batches.empty())
    write();
  if (!waiting_.empty())
    self_->send(self_, atom::write_due_v);
}

void inventory_store::write() {
  const auto began = steady::now();
  const auto why = try_to_write();
  if (!why)
    return;
  const auto took = steady::now() - began;
  const auto of_one = [&](const std::string& host) {
    return std::ranges::all_of(writing_.batches,
                               [&](const change_batch& x) { return x.host == host; });
  };
  const auto host = writing_.batches.front().host;
  if (host == parts_.host && of_one(host)) {
    // They would fare no better, and each try may take as long as a call may.
    database_failed(*why, took);
    refuse_all(*why);
  } else if (is_away(*why)) {
    database_failed(*why, took);
    refuse_all(*why);
  } else if (of_one(host)) {
    host_failed(host, *why, took);
  } else {
    write_apart(*why);
  }
}

/// Writes what is in `writing_`; nothing is left there then. What went wrong, else.
std::optional<failure> inventory_store::try_to_write() {
  const auto began = steady::now();
  auto summaries = parts_.store->apply(writing_.batches);
  if (!summaries)
    return summaries.error();
  const auto took = steady::now() - began;
  write_failure_.reset();
  note_locks();
  std::uint64_t written = 0;
  for (const auto& x : *summaries)
    written += x.locked_out ? 0 : 1;
  if (written > 0)
    culprits_.worked(self_->clock().now());
  worked(written, took);
  if (!advances(*summaries))
    return failure{ec::internal, "the database did not remove the rows that were to go"};
  auto done = std::exchange(writing_, {});
  std::vector<waiting> again;
  for (std::size_t i = 0; i < done.answers.size(); ++i) {
    auto& [promise, rows, came, so_far] = done.answers[i];
    const auto unfinished = std::exchange((*summaries)[i].unfinished, false);
    if (so_far)
      sync::merge(*so_far, std::move((*summaries)[i]));
    else
      so_far = std::move((*summaries)[i]);
    if (unfinished)
      again.push_back({std::move(done.batches[i]), std::move(done.answers[i])});
    else
      promise.deliver(answer_to(done.batches[i], std::move(*so_far)));
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(again.begin()),
                  std::make_move_iterator(again.end()));
  return {};
}

/// What is to come again has done something, so that it comes to an end.
bool inventory_store::advances(const std::vector<write_summary>& summaries) {
  return std::ranges::none_of(summaries, &write_summary::unfinished)
         || std::ranges::any_of(summaries,
                                [](const write_summary& x) { return !x.changes.empty(); });
}

/// One of several hosts may have spoilt the transaction of all: with a statement that takes too
/// long, or with data that the database refuses. So each host's part is written by itself.
void inventory_store::write_apart(const failure& together) {
  parts_.log->debug("batches of several hosts could not be written together, each host's is "
                    "written by itself: {}",
                    together.text);
  apart_ = by_host(std::exchange(writing_, {}));
  for (std::size_t failures = 0; !apart_.empty();) {
    writing_ = std::move(apart_.front());
    apart_.pop_front();
    const auto host = writing_.batches.front().host;
    const auto began = steady::now();
    const auto why = try_to_write();
    failures = why ? failures + 1 : 0;
    if (why)
      host_failed(host, *why, steady::now() - began);
    if (failures == failures_in_a_row)
      for (auto& x : std::exchange(apart_, {}))
        refuse(x, *why);
  }
}

/// What a host has in `writing_` failed, alone. The others wait on.
void inventory_store::host_failed(const std::string& host, const failure& why,
                                  steady::duration took) {
  const auto now = self_->clock().now();
  const auto known = culprits_.suspected(host, now);
  if (culprits_.failed(host, took, now)) {
    database_failed(why, took);
    return;
  }
  if (!known)
    parts_.log->warn("batches of host {} could not be written; other hosts' are, and it is written "
                     "after them for some minutes: {}",
                     host, why.text);
  refuse(writing_, why);
}

/// Whether the database answers at all. One that is slow for a single statement does.
bool inventory_store::is_away(const failure& why) {
  return why.code == ec::store_unreachable && !parts_.store->ping();
}

void inventory_store::database_failed(const failure& why, steady::duration took) {
  if (why.code == ec::store_unreachable) {
    write_failure_ = why;
    write_failed_at_ = self_->clock().now();
  }
  failed(why, writing_.batches.size(), took);
  refuse(writing_, why);
}

void inventory_store::refuse(write_group& group, const failure& why) {
  for (auto& x : std::exchange(group, {}).answers)
    if (x.promise.pending())
      x.promise.deliver(write_answer{.ok = false, .why = why, .summary = {}});
}

void inventory_store::refuse_all(const failure& why) {
  for (auto& x : std::exchange(apart_, {}))
    refuse(x, why);
  write_group all;
  for (auto& x : std::exchange(waiting_, {}))
    append(all, std::move(x.batch), std::move(x.answer));
  refuse(all, why);
}

/// A host whose batches have just held up all others has to wait, and hears so at once.
void inventory_store::turn_away_resting() {
  const auto now = self_->clock().now();
  write_group resting;
  std::erase_if(waiting_, [&](waiting& x) {
    if (!culprits_.paused(x.batch.host, now))
      return false;
    append(resting, std::move(x.batch), std::move(x.answer));
    return true;
  });
  refuse(resting, {ec::store_unreachable, "this host's last batches could not be written and held "
                                          "up the other hosts'; they wait for some seconds"});
}

write_answer inventory_store::answer_to(const change_batch& batch, write_summary&& summary) const {
  if (!summary.locked_out)
    return {.ok = true, .why = {}, .summary = std::move(summary)};
  const auto known = locked_out_.find(batch.host);
  return {.ok = false,
          .why = {ec::store_unreachable,
                  standby_reason(batch.host, known == locked_out_.end() ? "" : known->second)},
          .summary = std::move(summary)};
}

void inventory_store::release(const std::string& host) {
  write_all(); // what came before still needs the lock
  locked_out_.erase(host);
  if (auto released = parts_.store->release(host); !released)
    failed(released.error(), 0, {});
}

void inventory_store::note_locks() {
  auto now = parts_.store->locked_out();
  for (const auto& [host, holder] : now)
    if (!locked_out_.contains(host))
      parts_.log->warn("{}", standby_reason(host, holder));
  for (const auto& [host, holder] : locked_out_)
    if (!now.contains(host))
      parts_.log->info("took over: this node writes the rows of host {} now", host);
  locked_out_ = std::move(now);
}

void inventory_store::write_all() {
  while (!waiting_.empty())
    write_collected();
}

/// A transaction must end well within what the database may take for a call, also when a thousand
/// hosts come at once: one that takes too long is given up, and comes again as large as it was.
write_group inventory_store::next_group() {
  const auto alone = next_suspect();
  std::vector<std::size_t> places;
  std::vector<sync::waiting_batch> all;
  const auto now = self_->clock().now();
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const auto& host = waiting_[i].batch.host;
    if (alone ? host != *alone : culprits_.suspected(host, now))
      continue;
    places.push_back(i);
    all.push_back({host, waiting_[i].answer.rows});
  }
  std::set<std::size_t> chosen;
  for (const auto i : sync::fair_group(all))
    chosen.insert(places[i]);
  write_group group;
  std::deque<waiting> rest;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (chosen.contains(i))
      append(group, std::move(waiting_[i].batch), std::move(waiting_[i].answer));
    else
      rest.push_back(std::move(waiting_[i]));
  }
  waiting_ = std::move(rest);
  return group;
}

/// A host that is written alone, when it is its turn: no other waits, or it has waited for long.
std::optional<std::string> inventory_store::next_suspect() const {
  const auto now = self_->clock().now();
  const waiting* first = nullptr;
  bool others = false;
  for (const auto& x : waiting_) {
    const auto suspected = culprits_.suspected(x.batch.host, now);
    others |= !suspected;
    if (suspected && !first)
      first = &x;
  }
  if (!first || (others && now - first->answer.came < last_for))
    return {};
  return first->batch.host;
}

void inventory_store::ask_whether_up() {
  self_->delayed_send<caf::message_priority::high>(self_, ping_interval, atom::ping_due_v);
  if (self_->clock().now() - last_word_ < ping_interval)
    return;
  auto began = steady::now();
  auto answer = parts_.store->ping();
  if (answer)
    note_locks(); // they are got again, or not, when the connection is a new one
  // A full disk answers questions and takes no rows: only the next write can tell that it is over.
  if (answer && write_failure_ && self_->clock().now() - write_failed_at_ < write_failure_counts)
    failed(*write_failure_, 0, steady::now() - began);
  else if (answer)
    worked(0, steady::now() - began);
  else
    failed(answer.error(), 0, steady::now() - began);
}

void inventory_store::worked(std::uint64_t batches, steady::duration took) {
  last_word_ = self_->clock().now();
  trouble_.worked();
  const auto lost = locked_out_.find(parts_.host);
  const auto standby = lost != locked_out_.end();
  store_report report{
      .up = true,
      .standby = standby,
      .why = standby ? failure{ec::store_unreachable, standby_reason(lost->first, lost->second)}
                     : failure{},
      .batches = batches,
      .seconds = std::chrono::duration<double>(took).count()};
  self_->send(parts_.metrics, report);
  self_->send(parts_.health, std::move(report));
}

void inventory_store::failed(const failure& why, std::uint64_t batches, steady::duration took) {
  last_word_ = self_->clock().now();
  trouble_.failed(why.text);
  store_report report{.up = false,
                      .standby = false,
                      .why = why,
                      .batches = batches,
                      .seconds = std::chrono::duration<double>(took).count()};
  self_->send(parts_.metrics, report);
  self_->send(parts_.health, std::move(report));
}

} // namespace volumeviz
