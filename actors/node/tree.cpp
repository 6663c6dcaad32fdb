#include "actors/node/tree.hpp"

#include "actors/fleet/fleet_roster.hpp"
#include "actors/fleet/host_census.hpp"
#include "actors/fleet/hub_gate.hpp"
#include "actors/fleet/hub_link.hpp"
#include "actors/inventory/docker_inspector.hpp"
#include "actors/inventory/inventory_store.hpp"
#include "actors/inventory/reconciler.hpp"
#include "actors/inventory/resource_handler.hpp"
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

/// How a child differs from most others.
struct child_traits {
  slot_ptr parent{};                  ///< null: the root
  std::shared_ptr<admission> limit{}; ///< null: no message is bounded
  bool must_respond = true;
};

/// A child's address, and its index in the tree.
template <class Handle>
struct place {
  Handle address{};
  std::size_t index = 0;
};

/// Draws one tree in two passes. The first pass makes all addresses, since the actors know each
/// other. The second pass says how each actor is made.
class drawing {
public:
  drawing(caf::actor_system& system, const node_parts& parts)
      : system_(system), parts_(parts),
        queue_(std::make_shared<admission>(parts.settings.events_queue_size)) {
    context_->host = parts.settings.node_name;
    context_->log = parts.log;
    context_->numbers = parts.numbers;
    context_->now = parts.now;
    context_->seed = parts.seed;
    context_->handles.role = parts.settings.role;
    tree_->context = context_;
    tree_->root = add_slot("node");
  }

  std::shared_ptr<tree> draw() {
    add_children();
    make_aggregator();
    make_reporter();
    if (is(node_role::agent))
      make_hub_link();
    else
      make_store();
    if (!is(node_role::hub))
      make_inspector(container_inspector_);
    if (watches_docker()) {
      make_inspector(volume_inspector_);
      make_inspector(auditor_);
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
  bool watches_docker() const { return parts_.settings.events_enabled && !is(node_role::hub); }

  slot_ptr add_slot(std::string name, slot_ptr parent = nullptr,
                    std::shared_ptr<admission> limit = nullptr) {
    auto slot = std::make_shared<actor_slot>(std::move(name), std::move(parent), std::move(limit),
                                             parts_.log);
    tree_->slots.push_back(slot);
    return slot;
  }

  template <class Handle>
  place<Handle> add(std::string name, const child_traits& traits = {}) {
    auto slot =
        add_slot(std::move(name), traits.parent ? traits.parent : tree_->root, traits.limit);
    auto way = std::make_shared<route>(slot);
    auto address = make_relay(system_, way);
    tree_->children.push_back({.slot = slot,
                               .way = way,
                               .address = address,
                               .make = {},
                               .must_respond = traits.must_respond,
                               .interrupt = {}});
    return {caf::actor_cast<Handle>(address), tree_->children.size() - 1};
  }

  /// In the order of starting.
  void add_children() {
    auto& handles = context_->handles;
    metrics_ = add<metrics_aggregator_actor>("metrics_aggregator");
    health_ = add<health_reporter_actor>("health_reporter");
    store_ = add<inventory_store_actor>(is(node_role::agent) ? "hub_link" : "inventory_store",
                                        {.must_respond = false});
    handles.metrics = metrics_.address;
    handles.health = health_.address;
    handles.store = store_.address;
    if (!is(node_role::hub))
      container_inspector_ =
          add<docker_inspector_actor>("container_inspector", {.must_respond = false});
    if (watches_docker())
      add_docker_watch();
    if (is(node_role::hub))
      add_hub();
  }

  void add_docker_watch() {
    auto& handles = context_->handles;
    volume_inspector_ = add<docker_inspector_actor>("volume_inspector", {.must_respond = false});
    volumes_ = add<resource_handler_actor>("volume_handler", {.limit = queue_});
    containers_ = add<resource_handler_actor>("container_handler", {.limit = queue_});
    reconciler_ = add<reconciler_actor>("reconciler");
    stream_ = add<stream_supervisor_actor>("stream_supervisor");
    auditor_ = add<docker_inspector_actor>("stream_auditor",
                                           {.parent = slot_of(stream_), .must_respond = false});
    reader_slot_ = add_slot("stream_reader", slot_of(stream_));
    handles.volumes = volumes_.address;
    handles.containers = containers_.address;
    handles.reconciler = reconciler_.address;
    handles.stream = stream_.address;
  }

  void add_hub() {
    roster_ = add<fleet_roster_actor>("fleet_roster");
    gate_ = add<hub_gate_actor>("hub_gate", {.must_respond = false});
    census_ = add<host_census_actor>("host_census", {.must_respond = false});
    session_slot_ = add_slot("hub_session", slot_of(roster_), queue_);
    context_->handles.roster = roster_.address;
    context_->handles.gate = gate_.address;
  }

  template <class Handle>
  child& child_of(const place<Handle>& x) const {
    return tree_->children.at(x.index);
  }
  template <class Handle>
  slot_ptr slot_of(const place<Handle>& x) const {
    return child_of(x).slot;
  }

  /// Starts an actor. With threads of their own, actors that block do not hold up the others.
  template <class State, class... Parts>
  static caf::strong_actor_ptr start(caf::actor_system& system, bool own_thread,
                                     const slot_ptr& slot, Parts... parts) {
    if (own_thread)
      return caf::actor_cast<caf::strong_actor_ptr>(
          system.spawn<shell<State>, caf::detached>(slot, std::move(parts)...));
    return caf::actor_cast<caf::strong_actor_ptr>(
        system.spawn<shell<State>>(slot, std::move(parts)...));
  }

  /// The child is a State(self, context, parts) in each of its lives.
  template <class State, class Handle, class Parts>
  void make(const place<Handle>& where, Parts parts, bool own_thread = false) {
    auto& child = child_of(where);
    child.make = [&system = system_, own_thread, slot = child.slot, context = context_ptr{context_},
                  parts = std::move(parts)] {
      return start<State>(system, own_thread, slot, context, parts);
    };
  }

  void make_aggregator() {
    make<metrics_aggregator>(
        metrics_, aggregator_parts{.slots = tree_->slots,
                                   .queue = queue_,
                                   .memory = memory_,
                                   .stats_interval = parts_.settings.actor_stats_interval});
  }

  void make_reporter() {
    make<health_reporter>(health_,
                          reporter_parts{.events_enabled = parts_.settings.events_enabled,
                                         .idle_degraded_after = parts_.settings.idle_degraded_after,
                                         .probe = parts_.settings.events_enabled
                                                      ? docker_inspector_actor{}
                                                      : container_inspector_.address});
  }

  void make_store() {
    store_parts parts{.store = nullptr, .host = is(node_role::hub) ? "" : context_->host};
    auto& child = child_of(store_);
    child.make = [&system = system_, own_thread = parts_.own_threads, slot = child.slot,
                  context = context_ptr{context_}, open = parts_.make_store, parts]() mutable {
      parts.store = open();
      return start<inventory_store>(system, own_thread, slot, context, parts);
    };
  }

  void make_hub_link() {
    make<hub_link>(store_, hub_link_parts{.program_version = parts_.link.program_version,
                                          .incarnation = parts_.link.incarnation,
                                          .hub = parts_.settings.hub_address.value(),
                                          .connector = parts_.link.make_connector(system_),
                                          .limits = {.chunk_bytes = parts_.link.chunk_bytes}});
  }

  void make_inspector(const place<docker_inspector_actor>& where) {
    auto& child = child_of(where);
    auto current = std::make_shared<std::weak_ptr<docker::client>>();
    child.make = [&system = system_, own_thread = parts_.own_threads, slot = child.slot,
                  context = context_ptr{context_}, current, daemon = parts_.daemon] {
      std::shared_ptr<docker::client> client = daemon->make_client();
      *current = client;
      return start<docker_inspector>(system, own_thread, slot, context, inspector_parts{client});
    };
    child.interrupt = [current] {
      if (auto client = current->lock())
        client->stop();
    };
  }

  void make_handler(resource_kind kind) {
    const auto volumes = kind == resource_kind::volume;
    const auto& where = volumes ? volumes_ : containers_;
    make<resource_handler>(
        where, handler_parts{.kind = kind,
                             .slot = slot_of(where),
                             .inspector =
                                 volumes ? volume_inspector_.address : container_inspector_.address,
                             .limits = volumes ? parts_.volume_limits : parts_.container_limits});
  }

  void make_reconciler() {
    make<reconciler>(reconciler_, reconciler_parts{.interval = parts_.settings.reconcile_interval,
                                                   .ledger = ledger_});
  }

  void make_stream() {
    make<stream_supervisor>(stream_,
                            stream_supervisor_parts{.reader = {.stream = nullptr,
                                                               .memory = memory_,
                                                               .supervisor = {},
                                                               .auditor = auditor_.address,
                                                               .audits = parts_.audits,
                                                               .run_stream = parts_.run_stream},
                                                    .reader_slot = reader_slot_,
                                                    .daemon = parts_.daemon,
                                                    .backoff_min = parts_.settings.backoff_min,
                                                    .backoff_max = parts_.settings.backoff_max});
  }

  void make_roster() {
    make<fleet_roster>(roster_, fleet_roster_parts{.sessions = session_slot_,
                                                   .room = std::make_shared<admission>(
                                                       parts_.settings.events_queue_size),
                                                   .secret = parts_.link.secret,
                                                   .members = parts_.link.members});
  }

  void make_gate() {
    make<hub_gate>(gate_, hub_gate_parts{.program_version = parts_.link.program_version,
                                         .members = parts_.link.members});
  }

  void make_census() {
    make<host_census>(census_, host_census_parts{.hosts = parts_.link.recorded_hosts},
                      parts_.own_threads);
  }

  caf::actor_system& system_;
  const node_parts& parts_;
  std::shared_ptr<tree> tree_ = std::make_shared<tree>();
  std::shared_ptr<actor_context> context_ = std::make_shared<actor_context>();
  std::shared_ptr<admission> queue_;
  std::shared_ptr<stream_memory> memory_ = std::make_shared<stream_memory>();
  /// Outlives the reconciler, so that a restart does not forget the runs.
  std::shared_ptr<sync::reconcile_ledger> ledger_ = std::make_shared<sync::reconcile_ledger>();
  place<metrics_aggregator_actor> metrics_;
  place<health_reporter_actor> health_;
  place<inventory_store_actor> store_;
  place<docker_inspector_actor> container_inspector_, volume_inspector_, auditor_;
  place<resource_handler_actor> volumes_, containers_;
  place<reconciler_actor> reconciler_;
  place<stream_supervisor_actor> stream_;
  place<fleet_roster_actor> roster_;
  place<hub_gate_actor> gate_;
  place<host_census_actor> census_;
  slot_ptr reader_slot_;
  slot_ptr session_slot_;
};

} // namespace

std::shared_ptr<tree> draw_tree(caf::actor_system& system, const node_parts& parts) {
  return drawing{system, parts}.draw();
}

} // namespace volumeviz
