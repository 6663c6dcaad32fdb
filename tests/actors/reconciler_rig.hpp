#pragma once

#include "actors/inventory/inventory_store.hpp"
#include "actors/inventory/reconciler.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/memory_store.hpp"

#include <chrono>
#include <memory>

namespace volumeviz::testing {

/// A reconciler with listeners for handlers and a real store.
struct reconciling : support::deterministic_system {
  explicit reconciling(std::chrono::milliseconds interval = std::chrono::minutes{30},
                       std::uint64_t seed = support::test_seed())
      : deterministic_system(seed) {
    const auto listens = [this](const std::shared_ptr<heard>& what) {
      return spawn<listener>(what);
    };
    actor_context all{
        .host = "h",
        .log = log.log(),
        .numbers = {},
        .now = wall_clock(),
        .seed = random(),
        .handles = {.metrics = caf::actor_cast<metrics_aggregator_actor>(listens(metrics)),
                    .health = caf::actor_cast<health_reporter_actor>(listens(health)),
                    .volumes = caf::actor_cast<resource_handler_actor>(listens(volumes)),
                    .containers = caf::actor_cast<resource_handler_actor>(listens(containers))}};
    all.handles.store = spawn<shell<inventory_store>>(make_slot("inventory_store"),
                                                      std::make_shared<const actor_context>(all),
                                                      store_parts{store});
    context = std::make_shared<const actor_context>(all);
    parts = {.interval = interval, .ledger = std::make_shared<sync::reconcile_ledger>()};
    start();
  }
  void start() {
    actor = spawn<shell<reconciler>>(make_slot("reconciler"), context, parts);
    run();
  }
  void connect() {
    auto report = connected_since(now());
    report.engine_id = "engine";
    report.engine_version = "26.1";
    send(actor, report);
    run();
  }
  void disconnect() {
    send(actor, disconnected({ec::docker_unreachable, "the daemon is away"}));
    run();
  }
  /// A handler has listed.
  void listed(resource_kind kind, std::uint64_t run_id, bool ok = true) {
    send(actor, atom::listing_v, kind, run_id);
    run();
    elapse(std::chrono::seconds{1});
    list_report report;
    report.kind = kind;
    report.run_id = run_id;
    report.ok = ok;
    send(actor, report);
    run();
  }
  std::shared_ptr<support::answer<reconcile_ticket>> demand(reconcile_scope scope) {
    return ask<reconcile_ticket>(actor, atom::reconcile_v, scope);
  }
  host_facts facts() const { return store->rows("h").facts; }

  std::shared_ptr<support::memory_store> store = std::make_shared<support::memory_store>();
  std::shared_ptr<heard> volumes = std::make_shared<heard>();
  std::shared_ptr<heard> containers = std::make_shared<heard>();
  std::shared_ptr<heard> metrics = std::make_shared<heard>();
  std::shared_ptr<heard> health = std::make_shared<heard>();
  kept_log log;
  context_ptr context;
  reconciler_parts parts;
  reconciler_actor actor;
};

} // namespace volumeviz::testing
