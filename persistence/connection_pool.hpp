#pragma once

#include "persistence/schema.hpp"
#include "persistence/session.hpp"
#include "persistence/session_deadline.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace volumeviz::persistence {

/// A few read-only connections, made when first used and again after something went wrong.
/// Thread-safe; each call is bounded by the limit, waiting for a free connection included.
class connection_pool {
public:
  connection_pool(address where, std::chrono::milliseconds limit,
                  std::shared_ptr<deadline_keeper> keeper)
      : keeper_{std::move(keeper)}, where_{std::move(where)}, limit_{limit} {}

  const address& where() const noexcept { return where_; }

  /// Runs `work(session&)` on a connection whose schema is this program's; a second time, on a new
  /// connection, when the one that was there turns out to be dead. Throws what `work` throws, and
  /// sql_error.
  template <class Work>
  auto with_connection(Work work) {
    const auto deadline = session_deadline::clock::now() + limit_;
    const lease mine{*this, deadline};
    auto& on = mine.slot.on;
    if (on && on->lost_its_file())
      on.reset();
    if (on) {
      try {
        return run(mine.slot, deadline, work);
      } catch (const sql_error& e) {
        // A server that was restarted has closed the connections, which is noticed by using one.
        if (e.kind() != trouble::away || session_deadline::clock::now() >= deadline)
          throw;
      }
    }
    return run(mine.slot, deadline, work);
  }

private:
  /// What remains of a call for the work itself when waiting and connecting took their time.
  static constexpr std::chrono::milliseconds least_time{200};

  struct slot_type {
    std::optional<session> on;
    bool taken = false;
  };

  /// On the slot's connection, which is made if there is none and dropped after a failure.
  template <class Work>
  auto run(slot_type& slot, session_deadline::clock::time_point deadline, Work& work) {
    auto& on = slot.on;
    try {
      const bool is_new = !on;
      if (is_new)
        on.emplace(where_, session::purpose::read, limit_);
      const session_deadline guard{*keeper_, *on,
                                   std::max(deadline, session_deadline::clock::now() + least_time)};
      if (is_new)
        require_current_schema(*on);
      return work(*on);
    } catch (...) {
      on.reset();
      throw;
    }
  }

  struct lease {
    lease(connection_pool& of, session_deadline::clock::time_point deadline)
        : pool{of}, slot{of.take(deadline)} {}
    ~lease() { pool.give_back(slot); }
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    connection_pool& pool;
    slot_type& slot;
  };

  slot_type& take(session_deadline::clock::time_point deadline);
  void give_back(slot_type& slot);

  const std::shared_ptr<deadline_keeper> keeper_;
  address where_;
  std::chrono::milliseconds limit_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::array<slot_type, 2> slots_;
};

} // namespace volumeviz::persistence
