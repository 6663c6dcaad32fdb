#pragma once

#include "actors/actors.hpp"
#include "actors/platform/repeated.hpp"
#include "persistence/store.hpp"
#include "sync/culprits.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz {

/// What the inventory store needs.
struct store_parts {
  std::shared_ptr<persistence::store> store; ///< its own
  /// The host whose rows this node is for: while another node writes them, this one stands by.
  /// Empty in a hub, which has many hosts and never stands by as a whole.
  std::string host{};
  metrics_aggregator_actor metrics;
  health_reporter_actor health;
  std::shared_ptr<spdlog::logger> log;
};

/// Whom to answer for a batch that waits.
struct waiting_answer {
  caf::typed_response_promise<write_answer> promise;
  std::size_t rows = 0; ///< see sync::rows_of
  sync::culprits::time_point came{};
  std::optional<write_summary> so_far{}; ///< of transactions that have not finished it
};

/// Batches that share a transaction, and whom to answer for each.
struct write_group {
  std::vector<change_batch> batches;
  std::vector<waiting_answer> answers;
};

/// INVENTORY STORE: the one writer. Whatever waits when it is ready is written in one transaction
/// (group commit), as far as that fits into one, and answered when that is committed. Hosts take
/// turns when it does not fit (see sync::fair_group). When it fails although the database answers,
/// each host's part is written by itself; a host whose part fails then is written alone, and after
/// the others, for some time (see sync::culprits).
class inventory_store {
public:
  using interface = inventory_store_actor;

  inventory_store(interface::pointer self, store_parts parts);
  ~inventory_store();
  inventory_store(const inventory_store&) = delete;
  inventory_store& operator=(const inventory_store&) = delete;
  interface::behavior_type make_behavior();

private:
  using steady = std::chrono::steady_clock;

  struct waiting {
    change_batch batch;
    waiting_answer answer;
  };

  caf::result<write_answer> collect(change_batch& batch);
  void write_collected();
  void write_all();
  void write();
  std::optional<failure> try_to_write();
  static bool advances(const std::vector<write_summary>& summaries);
  void write_apart(const failure& together);
  void host_failed(const std::string& host, const failure& why, steady::duration took);
  bool is_away(const failure& why);
  void database_failed(const failure& why, steady::duration took);
  static void refuse(write_group& group, const failure& why);
  void refuse_all(const failure& why);
  void turn_away_resting();
  write_group next_group();
  std::optional<std::string> next_suspect() const;
  void ask_whether_up();
  write_answer answer_to(const change_batch& batch, write_summary&& summary) const;
  void release(const std::string& host);
  void note_locks();
  void worked(std::uint64_t batches, steady::duration took);
  void failed(const failure& why, std::uint64_t batches, steady::duration took);

  interface::pointer self_;
  store_parts parts_;
  std::deque<waiting> waiting_;
  write_group writing_;
  std::deque<write_group> apart_; ///< parts of a transaction that failed, still to be written
  sync::culprits culprits_;
  steady::time_point last_word_{};
  std::optional<failure> write_failure_; ///< of the last write, until one works
  steady::time_point write_failed_at_{};
  std::map<std::string, std::string> locked_out_; ///< hosts that another process writes, and which
  repeated_failure trouble_;
};

} // namespace volumeviz
