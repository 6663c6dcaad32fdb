#include "actors/node/tree.hpp"

#include "actors/fleet/fleet_roster.hpp"
#include "actors/fleet/host_census.hpp"
#include "actors/fleet/hub_gate.hpp"
#include "actors/fleet/hub_link.hpp"
#include "actors/inventory/docker_inspector.hpp"
#include "actors/inventory/inventory_store.hpp"
#include "actors/inventory/reconciler.hpp"
#include "actors/inventory/resource_handler.hpp"
#include "actors/node/tree_places.hpp"
#include "actors/observers/health_reporter.hpp"
#include "actors/observers/metrics_aggregator.hpp"
#include "actors/platform/shell.hpp"
#include "actors/stream/stream_supervisor.hpp"
#include "runtime/invariant.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace volumeviz {

namespace {

using config::node_role;

/// Draws one tree in two passes. The first pass makes all addresses, since the actors know each
/// other: see add_children. The second pass says how each actor is made.
class drawing {
public:
  drawing(caf::actor_system& system, const node_parts& parts)
      : system_(system), parts_(parts),
        queue_(std::make_shared<admission>(parts.settings.events_queue_size)),
        places_(add_children(system, parts, queue_, *tree_)) {
    context_->host = parts.settings.node_name;
    context_->log = parts.log;
    context_->numbers = parts.numbers;
    context_->now = parts.now;
    context_->seed = parts.seed;
    context_->handles = handles_of(places_, parts.settings.role);
    tree_->context = context_;
  }

  std::shared_ptr<tree> draw() {
    make_aggregator();
    make_reporter();
    if (is(node_role::agent))
      make_hub_link();
    else
      make_store();
    if (!is(node_role::hub))
      make_inspector(places_.container_inspector);
    if (watches_docker(parts_.settings)) {
      make_inspector(places_.volume_inspector);
      make_inspector(places_.auditor);
      make_handler(resource_kind::volume);
      make_handler(resource_kind::container);
      make_reconciler();
      make_stream();
    }
    if (is(node_role::hub)) {
      make_roster();
      make_gate();
      make_census();
    }
    invariant(std::ranges::all_of(tree_->children, [](const child& x) { return bool{x.make}; }),
              "every child of the node can be made");
    return tree_;
  }

private:
  bool is(node_role x) const { return parts_.settings.role == x; }

  template <class Handle>
  child& child_of(const place<Handle>& x) const {
    return tree_->children.at(x.index);
  }

  template <class State, class... Parts>
  static caf::strong_actor_ptr start(caf::actor_system& system, const slot_ptr& slot,
                                     Parts... parts) {
    return caf::actor_cast<caf::strong_actor_ptr>(
        system.spawn<shell<State>>(slot, std::move(parts)...));
  }

  /// The child is a State(self, context, parts) in each of its lives.
  template <class State, class Handle, class Parts>
  void make(const place<Handle>& where, Parts parts) {
    auto& child = child_of(where);
    child.make = [&system = system_, slot = child.slot, context = context_ptr{context_},
                  parts = std::move(parts)] { return start<State>(system, slot, context, parts); };
  }

  void make_aggregator() {
    make<metrics_aggregator>(
        places_.metrics, aggregator_parts{.slots = tree_->slots,
                                          .queue = queue_,
                                          .memory = memory_,
                                          .stats_interval = parts_.settings.actor_stats_interval});
  }

  void make_reporter() {
    make<health_reporter>(places_.health,
                          reporter_parts{.events_enabled = parts_.settings.events_enabled,
                                         .idle_degraded_after = parts_.settings.idle_degraded_after,
                                         .probe = parts_.settings.events_enabled
                                                      ? docker_inspector_actor{}
                                                      : places_.container_inspector.address});
  }

  void make_store() {
    store_parts parts{.store = nullptr,
                      .host = is(node_role::hub) ? "" : context_->host,
                      .committed = parts_.committed,
                      .keeps_history = parts_.settings.history_retention.count() > 0};
    auto& child = child_of(places_.store);
    child.make = [&system = system_, slot = child.slot, context = context_ptr{context_},
                  open = parts_.make_store, parts]() mutable {
      parts.store = open();
      auto child = start<inventory_store>(system, slot, context, parts);
      parts.replaces_another = true;
      return child;
    };
  }

  void make_hub_link() {
    make<hub_link>(places_.store,
                   hub_link_parts{.program_version = parts_.link.program_version,
                                  .incarnation = parts_.link.incarnation,
                                  .hub = parts_.settings.hub_address.value(),
                                  .connector = parts_.link.make_connector(system_),
                                  .limits = {.chunk_bytes = parts_.link.chunk_bytes}});
  }

  void make_inspector(const place<docker_inspector_actor>& where) {
    auto& child = child_of(where);
    auto current = std::make_shared<std::weak_ptr<docker::client>>();
    child.make = [&system = system_, slot = child.slot, context = context_ptr{context_}, current,
                  daemon = parts_.daemon] {
      std::shared_ptr<docker::client> client = daemon->make_client();
      *current = client;
      return start<docker_inspector>(system, slot, context, inspector_parts{client});
    };
    child.interrupt = [current] {
      if (auto client = current->lock())
        client->stop();
    };
  }

  void make_handler(resource_kind kind) {
    const auto volumes = kind == resource_kind::volume;
    const auto& where = volumes ? places_.volumes : places_.containers;
    make<resource_handler>(
        where, handler_parts{.kind = kind,
                             .slot = child_of(where).slot,
                             .inspector = volumes ? places_.volume_inspector.address
                                                  : places_.container_inspector.address,
                             .limits = volumes ? parts_.volume_limits : parts_.container_limits});
  }

  void make_reconciler() {
    make<reconciler>(
        places_.reconciler,
        reconciler_parts{.interval = parts_.settings.reconcile_interval, .ledger = ledger_});
  }

  void make_stream() {
    make<stream_supervisor>(places_.stream,
                            stream_supervisor_parts{.reader = {.stream = nullptr,
                                                               .memory = memory_,
                                                               .supervisor = {},
                                                               .auditor = places_.auditor.address,
                                                               .audits = parts_.audits,
                                                               .run_stream = parts_.run_stream},
                                                    .reader_slot = places_.reader_slot,
                                                    .daemon = parts_.daemon,
                                                    .backoff_min = parts_.settings.backoff_min,
                                                    .backoff_max = parts_.settings.backoff_max});
  }

  void make_roster() {
    make<fleet_roster>(places_.roster, fleet_roster_parts{.sessions = places_.session_slot,
                                                          .room = std::make_shared<admission>(
                                                              parts_.settings.events_queue_size),
                                                          .secret = parts_.link.secret,
                                                          .members = parts_.link.members});
  }

  void make_gate() {
    make<hub_gate>(places_.gate, hub_gate_parts{.program_version = parts_.link.program_version,
                                                .members = parts_.link.members});
  }

  void make_census() {
    make<host_census>(places_.census, host_census_parts{.hosts = parts_.link.recorded_hosts});
  }

  caf::actor_system& system_;
  const node_parts& parts_;
  std::shared_ptr<tree> tree_ = std::make_shared<tree>();
  std::shared_ptr<actor_context> context_ = std::make_shared<actor_context>();
  std::shared_ptr<admission> queue_; ///< bounds the events that wait
  tree_places places_;
  std::shared_ptr<stream_memory> memory_ = std::make_shared<stream_memory>();
  /// Outlives the reconciler, so that a restart does not forget the runs.
  std::shared_ptr<sync::reconcile_ledger> ledger_ = std::make_shared<sync::reconcile_ledger>();
};

} // namespace

std::shared_ptr<tree> draw_tree(caf::actor_system& system, const node_parts& parts) {
  return drawing{system, parts}.draw();
}

} // namespace volumeviz
