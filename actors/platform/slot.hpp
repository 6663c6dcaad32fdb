#pragma once

#include "messages/health.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz {

/// One limit over the mailboxes that share it: how many bounded messages may wait, exactly, however
/// many threads send at once. A message in its handler still counts.
class admission {
public:
  explicit admission(std::size_t limit) : limit_(limit) {}

  bool enter() noexcept {
    auto waiting = waiting_.load(std::memory_order_relaxed);
    do {
      if (waiting >= limit_)
        return false;
    } while (!waiting_.compare_exchange_weak(waiting, waiting + 1, std::memory_order_acq_rel,
                                             std::memory_order_relaxed));
    raise(high_water_, waiting + 1);
    return true;
  }
  void leave() noexcept { waiting_.fetch_sub(1, std::memory_order_acq_rel); }

  std::size_t limit() const noexcept { return limit_; }
  std::size_t waiting() const noexcept { return waiting_.load(std::memory_order_acquire); }
  std::size_t high_water() const noexcept { return high_water_.load(std::memory_order_relaxed); }

private:
  static void raise(std::atomic<std::size_t>& mark, std::size_t value) noexcept {
    auto seen = mark.load(std::memory_order_relaxed);
    while (value > seen && !mark.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
  }

  const std::size_t limit_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::size_t> high_water_{0};
};

enum class actor_state : std::uint8_t { stopped, running, restarting };

/// The place of one actor in the tree. It outlives the actor: what is counted here survives
/// restarts. Counters may be read from any thread.
struct actor_slot {
  actor_slot(std::string name_, std::string parent_, std::shared_ptr<admission> limit_ = nullptr)
      : name(std::move(name_)), parent(std::move(parent_)), limit(std::move(limit_)) {}

  const std::string name;
  const std::string parent;               ///< empty for the root
  const std::shared_ptr<admission> limit; ///< null: nothing of this mailbox is bounded

  std::atomic<actor_state> state{actor_state::stopped};
  std::atomic<std::uint64_t> mailbox{0}; ///< messages waiting or in their handler
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> busy_ns{0};
  std::atomic<std::uint64_t> restarts{0};
  // Bounded messages only: admitted = settled + lost with a crash + still waiting or pending.
  std::atomic<std::uint64_t> admitted{0};
  std::atomic<std::uint64_t> settled{0};
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<bool> overflow{false}; ///< a message was refused and the actor has not been told yet

  actor_report report() const;
};

using slot_ptr = std::shared_ptr<actor_slot>;

} // namespace volumeviz
