#pragma once

#include "actors/inventory/resource_handler.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/scripted_docker.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::testing {

inline bool contains(const std::vector<list_reason>& reasons, list_reason x) {
  return std::ranges::find(reasons, x) != reasons.end();
}

/// A resource handler between a scripted daemon and a store in memory, with a real inspector and a
/// real inventory store. The other actors only record their messages. A test changes the daemon's
/// resources and then delivers the events by deliver().
class handler_rig : public support::deterministic_system {
public:
  static constexpr const char* host = "test-host";

  /// The handler's mailbox has room for so many events.
  void start(resource_kind kind, std::size_t queue = 1000);
  /// Sends the new events to the handler's mailbox. Returns how many.
  std::size_t post();
  /// Sends the new events, and lets the handler complete what is due.
  void deliver();
  void list(list_reason why = list_reason::demand, std::uint64_t run_id = 0);

  support::memory_rows rows() const { return store->rows(host); }
  /// The rows are what the daemon has, except times that only inspects show.
  bool agrees() const;
  /// Describes what does not agree.
  std::string differences() const;
  std::uint64_t lists() const;
  std::uint64_t inspects() const { return docker.inspected().size(); }

  sync::work_limits limits;
  bool restarted = false;
  volumeviz::wall_clock handlers_clock = wall_clock();

  support::scripted_docker docker{wall_clock()};
  std::shared_ptr<support::memory_store> store = std::make_shared<support::memory_store>();
  std::shared_ptr<heard> reconciler = std::make_shared<heard>();
  std::shared_ptr<heard> metrics = std::make_shared<heard>();
  std::shared_ptr<heard> other_handler = std::make_shared<heard>();
  kept_log log;
  slot_ptr slot;
  /// A test may set its own before start().
  docker_inspector_actor inspector;
  resource_handler_actor handler;

private:
  resource_kind kind_ = resource_kind::volume;
  timestamp posted_until_ = never;
};

/// A handler of volumes, started.
struct volume_handler_rig : handler_rig {
  volume_handler_rig() { start(volume_kind); }
};

/// A handler of containers, started.
struct container_handler_rig : handler_rig {
  container_handler_rig() { start(container_kind); }
};

} // namespace volumeviz::testing
