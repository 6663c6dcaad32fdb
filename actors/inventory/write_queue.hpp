#pragma once

#include "actors/actors.hpp"
#include "sync/culprits.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz {

/// The answer that the sender of a batch waits for.
struct waiting_answer {
  caf::typed_response_promise<write_answer> promise;
  std::size_t rows = 0; ///< see sync::rows_of
  sync::culprits::time_point came{};
  /// What earlier transactions have done of the batch, which needs more than one.
  std::optional<write_summary> so_far{};
};

/// Batches that share a transaction, each with the answer that belongs to it.
struct write_group {
  std::vector<change_batch> batches;
  std::vector<waiting_answer> answers;

  void add(change_batch&& batch, waiting_answer&& answer);
  bool is_of_one_host() const;
};

/// The batches that wait for the database, and the rules for which of them share the next
/// transaction:
/// - Hosts take turns when not all batches fit into one (sync::fair_group).
/// - A host whose batches have failed alone is written alone and after the others, for some time
///   (sync::culprits). It waits for the others ten seconds at most.
/// - A host whose batches held up all others is paused: its batches are refused at once.
/// Every answer goes through the queue, so that none is forgotten.
class write_queue {
public:
  using time_point = sync::culprits::time_point;

  void add(change_batch&& batch, caf::typed_response_promise<write_answer> promise, time_point now);
  /// Batches that need one more transaction: they go first.
  void put_back(write_group&& unfinished);
  /// Takes the next group; empty when nothing waits, or only batches of paused hosts.
  write_group next_group(time_point now);

  void answer(waiting_answer&& to, write_answer&& with);
  void refuse(write_group& group, const failure& why);
  void refuse_all(const failure& why);

  bool empty() const noexcept { return waiting_.empty(); }
  std::size_t size() const noexcept { return waiting_.size(); }
  sync::culprits& culprits() noexcept { return culprits_; }
  /// To be called when no group is taken. Checks that every batch is answered or waits.
  void check() const;

private:
  struct waiting {
    change_batch batch;
    waiting_answer answer;
  };

  void refuse_paused(time_point now);
  write_group take(const std::vector<std::size_t>& places);
  std::optional<std::string> next_suspect(time_point now) const;

  std::deque<waiting> waiting_;
  sync::culprits culprits_;
  std::uint64_t received_ = 0;
  std::uint64_t answered_ = 0;
};

} // namespace volumeviz
