#pragma once

#include "actors/fleet/hub_link_parts.hpp"
#include "sync/outgoing_batches.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz {

/// Sends the handlers' batches to the hub, chunk by chunk, and gives each handler the hub's answer.
/// Without a session it fails every batch at once. Batches that come before the first attempt to
/// connect has ended wait for its end.
class batch_sender {
public:
  using promise = caf::typed_response_promise<write_answer>;
  /// Called when the hub has answered a batch: why it could not write (another writer has the
  /// host's lock), or empty when it wrote.
  using lock_callback = std::function<void(const failure& locked_out)>;

  /// `parts` must outlive it.
  batch_sender(hub_link_actor::pointer self, context_ptr context, const hub_link_parts& parts,
               lock_callback on_lock);
  ~batch_sender();
  batch_sender(const batch_sender&) = delete;
  batch_sender& operator=(const batch_sender&) = delete;

  caf::result<write_answer> take(change_batch& batch);
  void connected(const hub_session_actor& session, const std::string& token);
  /// Also after an attempt that failed. Fails all batches.
  void disconnected(const failure& why);
  /// Sends the batch's current chunk.
  void send_chunk(std::uint64_t seq);

private:
  void send(change_batch&& batch, promise answer);
  void send_early();
  void chunk_answered(std::uint64_t seq, write_answer& answer);
  void deliver(std::uint64_t seq, write_answer&& answer);
  void fail(std::uint64_t seq, failure why);

  hub_link_actor::pointer self_;
  context_ptr context_;
  const hub_link_parts& parts_;
  lock_callback on_lock_;
  sync::outgoing_batches batches_;
  std::map<std::uint64_t, promise> promises_; ///< of `batches_`
  std::vector<std::pair<change_batch, promise>> early_;
  hub_session_actor session_; ///< null: none
  std::string token_;
  failure unreachable_; ///< why there is no session; empty before the first attempt has ended
};

} // namespace volumeviz
