#pragma once

#include "actors/inventory/database_reports.hpp"
#include "actors/inventory/write_queue.hpp"
#include "sync/first_writes.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz {

/// Writes a group of batches in one transaction and answers each. A transaction that fails although
/// the database answers is split: each host's batches are written by themselves, and
/// sync::culprits learns which hosts fail then.
class group_writer {
public:
  group_writer(inventory_store_actor::pointer self, context_ptr context, const store_parts& parts,
               write_queue& queue, database_reports& reports)
      : self_(self), context_(std::move(context)), parts_(parts), queue_(queue), reports_(reports),
        first_writes_(parts.replaces_another) {}

  void write(write_group&& group);
  /// This node does not write the host any more.
  void forget(const std::string& host) { first_writes_.forget(host); }
  /// Refuses what is being written, and everything that waits.
  void refuse_all(const failure& why);

private:
  using steady = std::chrono::steady_clock;

  std::optional<failure> try_to_write();
  void tell_of_changes(const std::vector<write_summary>& committed);
  void answer(std::vector<write_summary>&& summaries);
  void write_apart(const failure& together);
  void host_failed(const failure& why, steady::duration took);
  void database_failed(const failure& why, steady::duration took);
  bool database_is_away(const failure& why) const;

  inventory_store_actor::pointer self_;
  context_ptr context_;
  const store_parts& parts_;
  write_queue& queue_;
  database_reports& reports_;
  sync::first_writes first_writes_;
  write_group writing_;
  /// Parts of a transaction that failed, still to be written.
  std::deque<write_group> apart_;
};

} // namespace volumeviz
