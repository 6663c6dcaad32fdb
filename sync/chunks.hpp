#pragma once

#include "messages/changes.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// The most bytes of a key. No database has a longer one.
inline constexpr std::size_t key_most = 4096;

/// Roughly the size of a resource on the link to the hub, in bytes.
std::size_t weight(const volume& x);
std::size_t weight(const container& x);

/// Takes resources heavier than `most` out of a batch. The hub's limit of a message would refuse
/// such a resource and end the connection, each time it is sent. Their rows stay as they are: a
/// complete list names them in `also_present`. Returns them with the reason.
std::vector<rejected_row> remove_oversized(change_batch& whole, std::size_t most);

/// Cuts a batch into chunks of at most `most` bytes, or of a single heavier resource. At least one
/// chunk. What was told of a key is in its chunk. The last one carries the facts, whether the batch
/// is a complete list, and which rows the list spares: otherwise a list whose chunks stop in the
/// middle could pass as complete.
std::vector<change_batch> cut(change_batch&& whole, std::size_t most);

/// Which parts of a host a batch is about. If two batches overlap, the later one holds newer data
/// and must be written last.
struct batch_topics {
  bool volumes = false;
  bool containers = false;
  /// The host's own row.
  bool host = false;
  bool shares(const batch_topics& other) const noexcept {
    return (volumes && other.volumes) || (containers && other.containers) || (host && other.host);
  }
};
batch_topics topics_of(const change_batch& batch);

} // namespace volumeviz::sync
