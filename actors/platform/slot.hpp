#pragma once

#include "messages/health.hpp"

#include <spdlog/logger.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz {

/// A limit that several mailboxes share: how many bounded messages may wait in them. It is exact,
/// however many threads send at once. The message being handled counts too.
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

struct actor_slot;
using slot_ptr = std::shared_ptr<actor_slot>;

/// The place of one actor in the tree. It outlives the actor, so its counts survive restarts. All
/// counters may be read from any thread.
struct actor_slot {
  explicit actor_slot(std::string name_, slot_ptr parent_ = nullptr,
                      std::shared_ptr<admission> limit_ = nullptr,
                      std::shared_ptr<spdlog::logger> log_ = nullptr)
      : name(std::move(name_)), parent(std::move(parent_)), limit(std::move(limit_)),
        log(std::move(log_)) {}

  const std::string name;                 ///< in the log, in /metrics and in health
  const slot_ptr parent;                  ///< the supervisor's; null for the root
  const std::shared_ptr<admission> limit; ///< null: no message of this mailbox is bounded
  /// Where an exception that ends the actor is logged; null: nowhere.
  const std::shared_ptr<spdlog::logger> log;

  std::atomic<actor_state> state{actor_state::stopped};
  std::atomic<std::uint64_t> mailbox{0}; ///< messages that wait, and the one being handled
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> busy_ns{0};
  std::atomic<std::uint64_t> restarts{0};
  // Bounded messages only. admitted = completed + written off after a death + waiting or pending.
  std::atomic<std::uint64_t> admitted{0};
  std::atomic<std::uint64_t> completed{0};
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<bool> overflow{false}; ///< the actor has an unread atom::overflow

  actor_report report() const;
};

} // namespace volumeviz
