#pragma once

#include "actors/inventory/inventory_store.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/scripted_docker.hpp"

#include <caf/all.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::testing {

/// The context of an inventory store that reports to these listeners.
inline context_ptr store_context(const kept_log& log, const caf::actor& metrics,
                                 const caf::actor& health) {
  return std::make_shared<const actor_context>(
      actor_context{.host = {},
                    .log = log.log(),
                    .numbers = {},
                    .handles = {.metrics = caf::actor_cast<metrics_aggregator_actor>(metrics),
                                .health = caf::actor_cast<health_reporter_actor>(health)}});
}

/// The inventory store of host h0 before a database in memory.
struct store_rig : support::deterministic_system {
  store_rig() {
    const auto ear = spawn<listener>(health);
    const auto other = spawn<listener>(std::make_shared<heard>());
    actor =
        spawn<shell<inventory_store>>(make_slot("inventory_store"), store_context(log, other, ear),
                                      store_parts{.store = store, .host = "h0"});
    run();
  }
  /// So many batches of hosts h0, h1, … at the same time; a stop behind them, if wanted.
  void write(std::size_t n, bool stop = false) {
    answers.assign(n, {});
    spawn_function([this, n, stop](caf::event_based_actor* self) {
      for (std::size_t i = 0; i < n; ++i) {
        change_batch batch;
        batch.host = "h" + std::to_string(i);
        batch.volumes.present.push_back(support::some_volume("v" + std::to_string(i)));
        self->request(actor, caf::infinite, batch).then([this, i](const write_answer& x) {
          answers[i] = x;
        });
      }
      if (stop)
        self->request(actor, caf::infinite, atom::stop_v).then([this](bool) {
          written_at_stop = store->transactions().size();
        });
    });
    run();
  }

  std::shared_ptr<support::memory_store> store = std::make_shared<support::memory_store>();
  std::shared_ptr<heard> health = std::make_shared<heard>();
  kept_log log;
  inventory_store_actor actor;
  std::vector<std::optional<write_answer>> answers;
  std::optional<std::size_t> written_at_stop;
};

} // namespace volumeviz::testing
