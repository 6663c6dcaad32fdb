#pragma once

#include "messages/changes.hpp"
#include "messages/error.hpp"
#include "messages/fleet.hpp"
#include "sync/byte_budget.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace volumeviz::sync {

/// A batch as it was before the agent cut it, and its bytes in the budget.
struct whole_batch {
  change_batch batch;
  held_bytes held;
};

/// Joins the chunks of one agent's batches at the hub. Whatever an agent sends, this holds a
/// bounded number of bytes, resources and batches, for a bounded time.
class assembly {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct limits {
    /// Of the host, including batches that were returned and are still held.
    std::size_t most_bytes = 64 * 1024 * 1024;
    /// Of one kind in one batch. The last transaction of a complete list grows with it.
    std::size_t most_resources = 100'000;
    /// Of one container.
    std::size_t most_mounts = 10'000;
    /// Of one resource, see weight(). An agent sends no heavier one.
    std::size_t most_resource_bytes = 2 * 1024 * 1024;
    /// Drivers that a list spares, or knows.
    std::size_t most_drivers = 1'000;
    /// An agent sends at most one batch of each handler and one of its host's row at a time. With
    /// more unfinished batches than this, the oldest is forgotten: the agent has given it up.
    std::size_t most_batches = 8;
    /// An agent gives a chunk up after 20 s without an answer.
    std::chrono::milliseconds silent_max{30'000};
    std::chrono::milliseconds age_max{300'000};
  };

  assembly() : assembly(limits{}) {}
  /// `hub`: the budget that the assemblies of all hosts share; null: no limit.
  explicit assembly(const limits& x, std::shared_ptr<byte_budget> hub = nullptr);

  /// Returns the whole batch when this was its last chunk, else no value. Chunks of a batch must
  /// come in the order of their index, from 0.
  ///
  /// | error           | cause                                        | effect                    |
  /// |-----------------|----------------------------------------------|---------------------------|
  /// | ec::bad_request | out of order, after the last chunk, or       | its batch is forgotten    |
  /// |                 | beyond a limit                               |                           |
  /// | ec::queue_full  | no memory is left for it now                 | none: it may be sent again|
  result<std::optional<whole_batch>> add(link_chunk&& chunk, time_point now = {});

  /// Forgets batches whose next chunk is overdue.
  void drop_overdue(time_point now);

  std::size_t bytes() const noexcept { return budget_->held(); }
  std::size_t unfinished() const noexcept { return partials_.size(); }

private:
  struct partial {
    whole_batch whole;
    /// The index of the next chunk.
    std::uint32_t next = 0;
    time_point began, touched;
  };
  using partials = std::map<std::uint64_t, partial>;

  /// Why the chunk is refused; empty: it is not.
  std::string objection(const partial* known, const change_batch& part, std::size_t bytes) const;
  void forget(partials::iterator which);

  limits limits_;
  /// The host's part of the hub's budget.
  std::shared_ptr<byte_budget> budget_;
  partials partials_;
  /// The most recent batches that were complete.
  std::set<std::uint64_t> completed_;
};

} // namespace volumeviz::sync
