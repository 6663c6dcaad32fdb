#pragma once

#include "actors/inventory/group_writer.hpp"
#include "actors/inventory/history_upkeep.hpp"

#include <string>

namespace volumeviz {

/// INVENTORY STORE: the one writer. All batches that wait when it is ready share one transaction
/// (group commit), as far as they fit into one, and are answered when it is committed. write_queue
/// chooses them; group_writer writes them. When none waits, history_upkeep may trim the history.
class inventory_store {
public:
  using interface = inventory_store_actor;

  inventory_store(interface::pointer self, context_ptr context, store_parts parts);
  ~inventory_store();
  inventory_store(const inventory_store&) = delete;
  inventory_store& operator=(const inventory_store&) = delete;
  interface::behavior_type make_behavior();

private:
  caf::result<write_answer> enqueue(change_batch& batch);
  void write_next_group();
  bool write_all();
  void release(const std::string& host);
  void ping();

  interface::pointer self_;
  context_ptr context_;
  store_parts parts_;
  write_queue queue_;
  database_reports reports_;
  group_writer writer_;
  history_upkeep upkeep_;
};

} // namespace volumeviz
