#include "actors/inventory_store.hpp"

#include "sync/fair_group.hpp"
#include "sync/slices.hpp"

#include <fmt/format.h>

#include <utility>

namespace volumeviz {

namespace {

// Often enough that health notices an absent database within seconds, rare enough to cost nothing.
constexpr auto ping_interval = std::chrono::seconds{2};
// Longer than the handlers wait before they try a write again.
constexpr auto write_failure_counts = std::chrono::seconds{30};

/// What became of the lock, in words: nothing has to be done when a standby was wanted.
std::string standby_reason(const std::string& host, const std::string& holder) {
  return fmt::format("another node writes the rows of host {}{}; standing by until it ends (two "
                     "machines must not have the same NODE_NAME)",
                     host, holder.empty() ? "" : fmt::format(" ({})", holder));
}

} // namespace

inventory_store::inventory_store(interface::pointer self, store_parts parts)
    : self_(self), parts_(std::move(parts)), trouble_(parts_.log, "the database") {
}

inventory_store::~inventory_store() {
  // Who waits for a store that dies must not wait for the deadline: CAF 0.17 says nothing for a
  // promise that is dropped.
  for (auto& x : waiting_)
    promises_.push_back(std::move(x.answer));
  for (auto& x : promises_)
    x.deliver(write_answer{.ok = false,
                           .why = {ec::internal, "the inventory store died while it was writing"},
                           .summary = {}});
}

inventory_store::interface::behavior_type inventory_store::make_behavior() {
  self_->send<caf::message_priority::high>(self_, atom::tick_v);
  return {
      [this](change_batch& batch) { return collect(batch); },
      [this](atom::release, const std::string& host) { release(host); },
      [this](atom::flush) { write_collected(); },
      [this](atom::tick) { ask_whether_up(); },
      [this](atom::stop) {
        write_all(); // the flush is still behind this
        return true;
      },
  };
}

caf::result<write_answer> inventory_store::collect(change_batch& batch) {
  auto answer = self_->make_response_promise<write_answer>();
  waiting_.push_back({std::move(batch), answer});
  // The flush queues up behind all that wait already: they share its transaction.
  if (waiting_.size() == 1)
    self_->send(self_, atom::flush_v);
  return answer;
}

void inventory_store::write_collected() {
  if (waiting_.empty())
    return;
  auto batches = next_group();
  auto began = steady::now();
  auto summaries = parts_.store->apply(batches);
  auto took = steady::now() - began;
  if (!summaries) // they would fare no better, and each try may take as long as a call may
    for (auto& x : std::exchange(waiting_, {}))
      promises_.push_back(std::move(x.answer));
  auto promises = std::exchange(promises_, {});
  if (!waiting_.empty())
    self_->send(self_, atom::flush_v);
  if (!summaries) {
    if (summaries.error().code == ec::store_unreachable) {
      write_failure_ = summaries.error();
      write_failed_at_ = self_->clock().now();
    }
    failed(summaries.error(), batches.size(), took);
    for (auto& x : promises)
      x.deliver(write_answer{.ok = false, .why = summaries.error(), .summary = {}});
    return;
  }
  write_failure_.reset();
  note_locks();
  std::uint64_t written = 0;
  for (const auto& x : *summaries)
    written += x.locked_out ? 0 : 1;
  worked(written, took);
  for (std::size_t i = 0; i < promises.size(); ++i)
    promises[i].deliver(answer_to(batches[i], std::move((*summaries)[i])));
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
std::vector<change_batch> inventory_store::next_group() {
  std::vector<sync::waiting_batch> all;
  for (const auto& x : waiting_)
    all.push_back({x.batch.host, sync::rows_of(x.batch)});
  const auto chosen = sync::fair_group(all);
  std::vector<change_batch> group;
  std::deque<waiting> rest;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (group.size() == chosen.size() || chosen[group.size()] != i) {
      rest.push_back(std::move(waiting_[i]));
      continue;
    }
    group.push_back(std::move(waiting_[i].batch));
    promises_.push_back(std::move(waiting_[i].answer));
  }
  waiting_ = std::move(rest);
  return group;
}

void inventory_store::ask_whether_up() {
  self_->delayed_send<caf::message_priority::high>(self_, ping_interval, atom::tick_v);
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
