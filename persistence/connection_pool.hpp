#pragma once

#include "persistence/schema.hpp"
#include "persistence/session.hpp"
#include "persistence/session_deadline.hpp"
#include "persistence/store.hpp"
#include "persistence/url.hpp"

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace volumeviz::persistence {

/// A few read-only connections. Each is made at its first use, and again after a failure.
/// Thread-safe. The limit bounds each call, including the wait for a free connection.
class connection_pool {
public:
  connection_pool(address where, std::chrono::milliseconds limit,
                  std::shared_ptr<deadline_keeper> keeper)
      : keeper_{std::move(keeper)}, where_{std::move(where)}, limit_{limit} {}

  const address& where() const noexcept { return where_; }

  /// Runs `work(session&)` on a connection whose schema is this program's. When an existing
  /// connection turns out to be dead, runs it again on a new one. Throws what `work` throws, and
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
        // A restarted server has closed the connections; only using one shows it.
        if (e.kind() != trouble::away || session_deadline::clock::now() >= deadline)
          throw;
      }
    }
    return run(mine.slot, deadline, work);
  }

private:
  /// The least time that a call leaves for its work, however long waiting and connecting took.
  static constexpr std::chrono::milliseconds least_time{200};

  struct slot_type {
    std::optional<session> on;
    bool taken = false;
  };

  /// Runs `work` on the slot's connection. Makes one when there is none; drops it after a failure.
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

/// Makes a reader of the database that `where` names, with a pool of connections. Does not connect.
/// Fails with ec::bad_request when the URL can't be understood.
template <class Reader, class Interface>
result<std::unique_ptr<Interface>> open_reader(const database& where) {
  auto address = parse_url(where.url);
  if (!address)
    return tl::unexpected{address.error()};
  return std::make_unique<Reader>(std::move(*address), where);
}

} // namespace volumeviz::persistence
