#pragma once

#include "messages/fleet.hpp"
#include "messages/reports.hpp"
#include "sync/backoff.hpp"
#include "sync/chunks.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace volumeviz::sync {

/// An agent's batches on their way to the hub: which chunk of each is sent next, which batch a
/// newer one supersedes, and what the hub's answer to a chunk means. Pure: the caller has the clock
/// and the network.
class outgoing_batches {
public:
  using time_point = std::chrono::steady_clock::time_point;

  struct limits {
    std::size_t chunk_bytes = 256 * 1024;         ///< the most of a batch in one message
    std::size_t resource_bytes = 2 * 1024 * 1024; ///< the most of one resource
    // How a chunk is sent again to a hub whose queue is full, and how long until the batch fails.
    // Its handler then fetches again.
    std::chrono::milliseconds full_min{50};
    std::chrono::milliseconds full_max{1'000};
    std::chrono::milliseconds full_limit{10'000};
  };

  /// What the caller does after an answer of the hub.
  enum class step {
    nothing,      ///< the batch has ended before
    send,         ///< send the next chunk
    send_later,   ///< the hub was full: send the same chunk after `wait`
    fail_as_full, ///< the hub was full for too long; the batch has ended
    complete      ///< the batch has ended with `answer`
  };
  struct next_step {
    step what = step::nothing;
    std::chrono::milliseconds wait{};
    write_answer answer{};
    /// From sending the chunk to its answer; empty when the hub was full.
    std::optional<std::chrono::duration<double>> round_trip{};
  };

  /// `seed`: for the waits.
  outgoing_batches(const limits& x, std::uint64_t seed) : limits_(x), seed_(seed) {}

  /// Adds a batch and cuts it into chunks. Ends older batches about the same rows, and returns
  /// their numbers. A handler has one batch in flight, so the sender of an older one has died or no
  /// longer waits for it. The chunks still to be sent would be written after the newer batch. `seq`
  /// must be higher than all before.
  std::vector<std::uint64_t> add(std::uint64_t seq, change_batch&& batch, time_point now);

  /// The chunk to send now, without the token; nothing when the batch has ended.
  std::optional<link_chunk> chunk_to_send(std::uint64_t seq, time_point now);

  /// The hub has answered the chunk that was sent last.
  next_step answered(std::uint64_t seq, write_answer&& answer, time_point now);

  /// Ends a batch; false when it has ended before.
  bool end(std::uint64_t seq) { return batches_.erase(seq) > 0; }
  /// Ends all batches.
  void clear() { batches_.clear(); }

private:
  struct batch {
    batch_topics topics;
    std::vector<change_batch> chunks;
    std::uint32_t next = 0; ///< index of the chunk in flight
    time_point added;
    time_point sent;
    backoff waits;
    std::vector<rejected_row> rejected; ///< resources that are too large for the link
  };

  limits limits_;
  std::uint64_t seed_;
  std::uint64_t newest_ = 0;
  std::map<std::uint64_t, batch> batches_;
};

} // namespace volumeviz::sync
