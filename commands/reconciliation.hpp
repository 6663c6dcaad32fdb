#pragma once

#include "actors/clock.hpp"
#include "actors/inventory/docker_fetcher.hpp"
#include "messages/changes.hpp"
#include "persistence/store.hpp"
#include "sync/steady_time.hpp"

#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace volumeviz::commands {

/// What one pass has written.
struct pass_outcome {
  /// One change per row, volumes first.
  std::vector<row_change> changes;
  /// Sentences for people about what the pass could not make exact.
  std::vector<std::string> remarks;
  /// Another process has the lock of the host's rows, so the pass ended.
  bool locked_out = false;
};

/// The clocks of a pass. A test supplies its own.
struct pass_clocks {
  std::function<sync::time_point()> now = std::chrono::steady_clock::now;
  std::function<void(sync::milliseconds)> sleep = [](sync::milliseconds x) {
    std::this_thread::sleep_for(x);
  };
  wall_clock wall = system_now;
};

/// One full reconciliation of a host's rows: lists both kinds, and fetches and writes until the
/// handlers of a node would wait, too. It decides by the handlers' own work_plan and
/// list_completion, without actors. With a dry_store it finds the changes and writes nothing.
///
/// Fails when the daemon or the database does not answer. It waits two seconds at most for what is
/// due later, so a resource that can't be inspected does not hold it up; `remarks` name it.
result<pass_outcome> reconcile_once(const std::string& host, docker_fetcher& daemon,
                                    persistence::store& rows, const pass_clocks& clocks = {});

} // namespace volumeviz::commands
