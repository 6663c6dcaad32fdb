#pragma once

#include "messages/changes.hpp"
#include "messages/fleet.hpp"
#include "sync/byte_budget.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace volumeviz::sync {

/// Roughly what a resource takes on its way, in bytes.
std::size_t weight(const volume& x);
std::size_t weight(const container& x);

/// Takes resources heavier than `most` out of a batch: one of them would be refused by the other
/// end's limit of a message, and break the link each time anew. Their rows stay as they are: a
/// complete list names them in `also_present`. Returns them with the reason.
std::vector<rejected_row> remove_oversized(change_batch& whole, std::size_t most);

/// Cuts a batch so that no part is heavier than `most`, but for a single resource that is. At least
/// one part; whether the whole is a complete list is said by the last, and so are the facts and
/// what the list spares: a list that broke off in the middle must never be taken for a complete
/// one.
std::vector<change_batch> cut(change_batch&& whole, std::size_t most);

/// What a batch is about. Of two that share anything, the later one is by a later look, and must be
/// written last.
struct batch_topics {
  bool volumes = false;
  bool containers = false;
  bool host = false; ///< the host's own row
  bool shares(const batch_topics& other) const noexcept {
    return (volumes && other.volumes) || (containers && other.containers) || (host && other.host);
  }
};
batch_topics topics_of(const change_batch& batch);

/// A batch as it was before it was cut, and the bytes that it weighs in the budget.
struct whole_batch {
  change_batch batch;
  held_bytes held;
};

/// The other end: puts the pieces of an agent's batches together again. Whatever comes, it holds a
/// bounded number of bytes, resources and batches, for a bounded time.
class assembly {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct limits {
    /// Of the host, those that were handed out and are still held included.
    std::size_t most_bytes = 64 * 1024 * 1024;
    /// Of one kind in one batch: the last transaction of a complete list grows with it.
    std::size_t most_resources = 100'000;
    std::size_t most_mounts = 10'000; ///< of one container
    /// Of one resource, see weight(): an agent sends none that is heavier.
    std::size_t most_resource_bytes = 2 * 1024 * 1024;
    std::size_t most_drivers = 1'000; ///< that a list spares, or knows
    /// An agent has one batch of each handler under way, and one of its host's row. What is beyond
    /// was given up by the agent, the oldest first.
    std::size_t most_batches = 8;
    /// An agent gives a piece up after 20 s without an answer.
    std::chrono::milliseconds silent_max{30'000};
    std::chrono::milliseconds age_max{300'000};
  };

  assembly() : assembly(limits{}) {}
  /// `hub`: what the assemblies of all hosts may hold together; null: no limit.
  explicit assembly(const limits& x, std::shared_ptr<byte_budget> hub = nullptr);

  /// The batch, when this was its last piece; nothing, when more is to come. ec::bad_request for a
  /// piece out of order, of a batch that was complete before, or of one beyond a limit; its batch
  /// is forgotten then. ec::queue_full when there is no room for it now: nothing has changed, and
  /// the same piece may be sent again.
  result<std::optional<whole_batch>> add(link_chunk&& chunk, time_point now = {});

  /// Forgets batches whose next piece is overdue.
  void drop_overdue(time_point now);

  std::size_t bytes() const noexcept { return budget_->held(); }
  std::size_t unfinished() const noexcept { return partials_.size(); }

private:
  struct partial {
    whole_batch whole;
    std::uint32_t next = 0;
    time_point began, touched;
  };
  using partials = std::map<std::uint64_t, partial>;

  /// Why the batch may not grow by the part; empty: it may.
  std::string objection(const change_batch& batch, const change_batch& part) const;
  template <class Resource>
  std::string objection(const observed<Resource>& all, const observed<Resource>& more) const;
  void forget(partials::iterator which);
  void make_room();

  limits limits_;
  std::shared_ptr<byte_budget> budget_; ///< the host's share
  partials partials_;
  std::set<std::uint64_t> completed_; ///< the last batches that were complete
};

} // namespace volumeviz::sync
