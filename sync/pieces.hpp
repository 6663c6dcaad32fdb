#pragma once

#include "messages/changes.hpp"
#include "messages/fleet.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace volumeviz::sync {

/// Roughly what a resource takes on its way, in bytes.
std::size_t weight(const volume& x);
std::size_t weight(const container& x);

/// Cuts a batch so that no part is heavier than `most`, but for a single resource that is. At least
/// one part; whether the whole is a complete list is said by the last, and so are the facts: a list
/// that broke off in the middle must never be taken for a complete one.
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

/// The other end: puts the pieces of an agent's batches together again. Whatever comes, it holds no
/// more than `most_bytes` in `most_batches`.
class assembly {
public:
  struct limits {
    std::size_t most_bytes = 64 * 1024 * 1024;
    /// An agent has one batch of each handler under way, and one of its host's row. What is beyond
    /// was given up by the agent, the oldest first.
    std::size_t most_batches = 8;
  };

  assembly() = default;
  explicit assembly(const limits& x) : limits_(x) {}

  /// The batch, when this was its last piece; nothing, when more is to come. ec::bad_request for a
  /// piece out of order, of a batch that was complete before, or one too many; its batch is
  /// forgotten then.
  result<std::optional<change_batch>> add(link_piece&& piece);

  std::size_t bytes() const noexcept { return bytes_; }

private:
  struct partial {
    change_batch batch;
    std::uint32_t next = 0;
    std::size_t bytes = 0;
  };
  using partials = std::map<std::uint64_t, partial>;

  void forget(partials::iterator which);
  void make_room();

  limits limits_;
  partials partials_;
  std::size_t bytes_ = 0;
  std::set<std::uint64_t> completed_; ///< the last batches that were complete
};

} // namespace volumeviz::sync
