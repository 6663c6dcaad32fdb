#pragma once

#include "actors/node/node.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/scripted_docker.hpp"

#include <memory>
#include <string>

namespace volumeviz::testing {

/// A whole node between a scripted daemon and a store in memory, in virtual time. Its reading
/// threads are real.
class node_rig : public support::deterministic_system {
public:
  node_rig();
  /// Starts the node; with events on, until the first lists are done.
  void start();
  /// The threads have read what there is and the actors have handled it.
  void settle();
  /// Lets time pass in small steps, with reconnects on the way.
  void pass(std::chrono::milliseconds span);

  support::memory_rows rows() const { return store->rows("h"); }
  bool agrees() const;
  health_report health();
  event_counters counters();
  std::vector<std::string> not_ready();
  actor_report report_of(const std::string& name);

  std::shared_ptr<support::scripted_docker> docker =
      std::make_shared<support::scripted_docker>(wall_clock());
  std::shared_ptr<support::memory_store> store = std::make_shared<support::memory_store>();
  kept_log log;
  node_parts parts;
  node_handles node;
};

} // namespace volumeviz::testing
