#include "actors/inventory/inventory_store.hpp"

#include <chrono>
#include <utility>

namespace volumeviz {

namespace {

using steady = std::chrono::steady_clock;

// Often enough that health notices an absent database within seconds, rare enough to cost nothing.
constexpr auto ping_interval = std::chrono::seconds{2};

} // namespace

inventory_store::inventory_store(interface::pointer self, context_ptr context, store_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)),
      reports_(self, context_, parts_), writer_(self, context_, parts_, queue_, reports_),
      upkeep_(context_, parts_) {
}

inventory_store::~inventory_store() {
  // CAF 0.17 sends nothing for a promise that is dropped: the senders of batches would wait until
  // their deadline.
  writer_.refuse_all({ec::internal, "the inventory store died while it was writing"});
}

inventory_store::interface::behavior_type inventory_store::make_behavior() {
  self_->send<caf::message_priority::high>(self_, atom::ping_due_v);
  return {
      [this](change_batch& batch) { return enqueue(batch); },
      [this](atom::release, const std::string& host) { release(host); },
      [this](atom::write_due) { write_next_group(); },
      [this](atom::ping_due) { ping(); },
      [this](atom::stop) { return write_all(); },
  };
}

caf::result<write_answer> inventory_store::enqueue(change_batch& batch) {
  auto answer = self_->make_response_promise<write_answer>();
  upkeep_.writes(batch.host);
  queue_.add(std::move(batch), answer, self_->clock().now());
  // This message goes behind all batches that are in the mailbox now: they share the transaction.
  if (queue_.size() == 1)
    self_->send(self_, atom::write_due_v);
  return answer;
}

void inventory_store::write_next_group() {
  if (queue_.empty()) {
    if (upkeep_.step())
      self_->send(self_, atom::write_due_v);
    return;
  }
  auto group = queue_.next_group(self_->clock().now());
  if (!group.batches.empty())
    writer_.write(std::move(group));
  queue_.check();
  if (!queue_.empty() || upkeep_.is_due(self_->clock().now()))
    self_->send(self_, atom::write_due_v);
}

/// The message that would write these batches may still be behind this one.
bool inventory_store::write_all() {
  while (!queue_.empty())
    write_next_group();
  return true;
}

void inventory_store::release(const std::string& host) {
  write_all(); // batches that came before still need the lock
  reports_.forget(host);
  upkeep_.forget(host);
  writer_.forget(host);
  if (auto released = parts_.store->release(host); !released)
    reports_.failed(released.error(), 0, {});
}

void inventory_store::ping() {
  self_->delayed_send<caf::message_priority::high>(self_, ping_interval, atom::ping_due_v);
  if (queue_.empty() && upkeep_.is_due(self_->clock().now()))
    self_->send(self_, atom::write_due_v);
  if (self_->clock().now() - reports_.last_report() < ping_interval)
    return;
  const auto began = steady::now();
  const auto answer = parts_.store->ping();
  reports_.pinged(answer, steady::now() - began);
}

} // namespace volumeviz
