#include "actors/tree.hpp"

#include "actors/fleet/fleet_roster.hpp"
#include "actors/fleet/host_census.hpp"
#include "actors/fleet/hub_gate.hpp"
#include "actors/fleet/hub_link.hpp"
#include "actors/health_reporter.hpp"
#include "actors/inventory/docker_inspector.hpp"
#include "actors/inventory/inventory_store.hpp"
#include "actors/inventory/reconciler.hpp"
#include "actors/inventory/resource_handler.hpp"
#include "actors/metrics_aggregator.hpp"
#include "actors/platform/shell.hpp"
#include "actors/stream_supervisor.hpp"

#include <utility>

namespace volumeviz {

namespace {

/// Starts an actor; blocking ones on a thread of their own.
struct spawner {
  caf::actor_system* system;
  bool own_threads;

  template <class State, class Parts>
  caf::strong_actor_ptr start(const slot_ptr& slot, Parts parts, bool blocking = false) const {
    if (blocking && own_threads)
      return caf::actor_cast<caf::strong_actor_ptr>(
          system->spawn<shell<State>, caf::detached>(slot, std::move(parts)));
    return caf::actor_cast<caf::strong_actor_ptr>(
        system->spawn<shell<State>>(slot, std::move(parts)));
  }
};

/// Draws one tree; a step for each actor.
class drawing {
public:
  drawing(caf::actor_system& system, const node_parts& parts)
      : system_(system), parts_(parts), spawner_{&system, parts.own_threads},
        tree_(std::make_shared<tree>()),
        queue_(std::make_shared<admission>(parts.settings.events_queue_size)),
        memory_(std::make_shared<stream_memory>()),
        ledger_(std::make_shared<sync::reconcile_ledger>()) {}

  std::shared_ptr<tree> draw() {
    tree_->log = parts_.log;
    tree_->root = std::make_shared<actor_slot>("node", "");
    tree_->slots.push_back(tree_->root);
    metrics_ = add<metrics_aggregator_actor>("metrics_aggregator");
    health_ = add<health_reporter_actor>("health_reporter");
    store_ = add<inventory_store_actor>(is(role::agent) ? "hub_link" : "inventory_store", nullptr,
                                        false);
    if (!is(role::hub))
      container_inspector_ = add<docker_inspector_actor>("container_inspector", nullptr, false);
    if (watches_docker()) {
      volume_inspector_ = add<docker_inspector_actor>("volume_inspector", nullptr, false);
      auditor_ = add<docker_inspector_actor>("stream_auditor", nullptr, false);
      volumes_ = add<resource_handler_actor>("volume_handler", queue_);
      containers_ = add<resource_handler_actor>("container_handler", queue_);
      reconciler_ = add<reconciler_actor>("reconciler");
      stream_ = add<stream_supervisor_actor>("stream_supervisor");
      reader_slot_ = std::make_shared<actor_slot>("stream_reader", "stream_supervisor");
      tree_->slots.push_back(reader_slot_);
    }
    if (is(role::hub))
      add_hub();
    make_observers();
    if (is(role::agent))
      make_hub_link();
    else
      make_store();
    make_inspectors();
    if (is(role::hub))
      make_hub();
    if (watches_docker()) {
      make_handlers();
      make_reconciler();
      make_stream();
    }
    tree_->handles = {.node = {},
                      .reconciler = reconciler_,
                      .metrics = metrics_,
                      .health = health_,
                      .volumes = volumes_,
                      .containers = containers_,
                      .stream = stream_,
                      .store = store_,
                      .role = parts_.settings.role,
                      .roster = roster_,
                      .gate = gate_};
    return tree_;
  }

private:
  using role = config::node_role;

  bool is(role x) const { return parts_.settings.role == x; }
  bool watches_docker() const { return parts_.settings.events_enabled && !is(role::hub); }

  template <class Handle>
  Handle add(const std::string& name, std::shared_ptr<admission> limit = nullptr,
             bool core = true) {
    auto parent = name == "stream_auditor" ? "stream_supervisor" : "node";
    auto slot = std::make_shared<actor_slot>(name, parent, std::move(limit));
    auto way = std::make_shared<route>(slot);
    auto address = make_relay(system_, way);
    tree_->slots.push_back(slot);
    tree_->children.push_back(
        {.slot = slot, .way = way, .address = address, .make = {}, .core = core, .interrupt = {}});
    return caf::actor_cast<Handle>(address);
  }

  void make_observers() {
    auto& metrics = *tree_->find("metrics_aggregator");
    aggregator_parts numbers{.numbers = parts_.numbers,
                             .slots = tree_->slots,
                             .queue = queue_,
                             .memory = memory_,
                             .stats_interval = parts_.settings.actor_stats_interval,
                             .log = parts_.log,
                             .roster = roster_,
                             .now = parts_.now};
    metrics.make = [by = spawner_, slot = metrics.slot, numbers] {
      return by.start<metrics_aggregator>(slot, numbers);
    };
    auto& health = *tree_->find("health_reporter");
    reporter_parts reporter{.role = parts_.settings.role,
                            .events_enabled = parts_.settings.events_enabled,
                            .idle_degraded_after = parts_.settings.idle_degraded_after,
                            .metrics = metrics_,
                            .probe = parts_.settings.events_enabled ? docker_inspector_actor{}
                                                                    : container_inspector_,
                            .roster = roster_,
                            .now = parts_.now};
    health.make = [by = spawner_, slot = health.slot, reporter] {
      return by.start<health_reporter>(slot, reporter);
    };
  }

  void make_store() {
    auto& store = *tree_->find("inventory_store");
    store_parts parts{.store = nullptr,
                      .host = is(role::hub) ? "" : parts_.settings.node_name,
                      .metrics = metrics_,
                      .health = health_,
                      .log = parts_.log};
    store.make = [by = spawner_, slot = store.slot, open = parts_.make_store, parts]() mutable {
      parts.store = open();
      return by.start<inventory_store>(slot, parts, true);
    };
  }

  void add_hub() {
    roster_ = add<fleet_roster_actor>("fleet_roster");
    gate_ = add<hub_gate_actor>("hub_gate", nullptr, false);
    add<host_census_actor>("host_census", nullptr, false);
    session_slot_ = std::make_shared<actor_slot>("hub_session", "fleet_roster", queue_);
    tree_->slots.push_back(session_slot_);
  }

  void make_hub() {
    auto& roster = *tree_->find("fleet_roster");
    fleet_roster_parts all{.sessions = session_slot_,
                           .room = std::make_shared<admission>(parts_.settings.events_queue_size),
                           .secret = parts_.link.secret,
                           .members = parts_.link.members,
                           .store = store_,
                           .numbers = parts_.numbers,
                           .log = parts_.log,
                           .now = parts_.now};
    roster.make = [by = spawner_, slot = roster.slot, all] {
      return by.start<fleet_roster>(slot, all);
    };
    auto& gate = *tree_->find("hub_gate");
    hub_gate_parts door{.program_version = parts_.link.program_version,
                        .members = parts_.link.members,
                        .roster = roster_,
                        .numbers = parts_.numbers,
                        .log = parts_.log};
    gate.make = [by = spawner_, slot = gate.slot, door] { return by.start<hub_gate>(slot, door); };
    auto& census = *tree_->find("host_census");
    host_census_parts counted{
        .hosts = parts_.link.recorded_hosts, .roster = roster_, .log = parts_.log};
    census.make = [by = spawner_, slot = census.slot, counted] {
      return by.start<host_census>(slot, counted, true);
    };
  }

  void make_hub_link() {
    auto& link = *tree_->find("hub_link");
    hub_link_parts parts{.host = parts_.settings.node_name,
                         .program_version = parts_.link.program_version,
                         .incarnation = parts_.link.incarnation,
                         .hub = parts_.settings.hub_address.value(),
                         .connector = parts_.link.make_connector(system_),
                         .volumes = volumes_,
                         .containers = containers_,
                         .health = health_,
                         .metrics = metrics_,
                         .numbers = parts_.numbers,
                         .log = parts_.log,
                         .seed = parts_.seed,
                         .limits = {.chunk_bytes = parts_.link.chunk_bytes}};
    link.make = [by = spawner_, slot = link.slot, parts] {
      return by.start<hub_link>(slot, parts);
    };
  }

  void make_inspectors() {
    for (auto name : {"container_inspector", "volume_inspector", "stream_auditor"})
      if (auto* inspector = tree_->find(name)) {
        auto current = std::make_shared<std::weak_ptr<docker::client>>();
        inspector->make = [by = spawner_, slot = inspector->slot, current, daemon = parts_.daemon,
                           numbers = parts_.numbers] {
          std::shared_ptr<docker::client> client = daemon->make_client();
          *current = client;
          return by.start<docker_inspector>(slot, inspector_parts{client, numbers}, true);
        };
        inspector->interrupt = [current] {
          if (auto client = current->lock())
            client->stop();
        };
      }
  }

  void make_handlers() {
    for (auto kind : {resource_kind::volume, resource_kind::container}) {
      auto volumes = kind == resource_kind::volume;
      auto& handler = *tree_->find(volumes ? "volume_handler" : "container_handler");
      handler_parts parts{.kind = kind,
                          .host = parts_.settings.node_name,
                          .slot = handler.slot,
                          .inspector = volumes ? volume_inspector_ : container_inspector_,
                          .store = store_,
                          .reconciler = reconciler_,
                          .metrics = metrics_,
                          .health = health_,
                          .other = volumes ? containers_ : volumes_,
                          .log = parts_.log,
                          .now = parts_.now,
                          .limits = volumes ? parts_.volume_limits : parts_.container_limits,
                          .seed = parts_.seed + static_cast<std::uint64_t>(kind)};
      handler.make = [by = spawner_, parts]() mutable {
        parts.restarted = parts.slot->restarts > 0;
        return by.start<resource_handler>(parts.slot, parts);
      };
    }
  }

  void make_reconciler() {
    auto& slot = *tree_->find("reconciler");
    reconciler_parts parts{.host = parts_.settings.node_name,
                           .interval = parts_.settings.reconcile_interval,
                           .volumes = volumes_,
                           .containers = containers_,
                           .store = store_,
                           .metrics = metrics_,
                           .health = health_,
                           .ledger = ledger_,
                           .log = parts_.log,
                           .now = parts_.now,
                           .seed = parts_.seed};
    slot.make = [by = spawner_, place = slot.slot, parts] {
      return by.start<reconciler>(place, parts);
    };
  }

  void make_stream() {
    auto& supervisor = *tree_->find("stream_supervisor");
    stream_supervisor_parts parts{.reader = {.stream = nullptr,
                                             .memory = memory_,
                                             .numbers = parts_.numbers,
                                             .supervisor = {},
                                             .auditor = auditor_,
                                             .volumes = volumes_,
                                             .containers = containers_,
                                             .reconciler = reconciler_,
                                             .log = parts_.log,
                                             .now = parts_.now,
                                             .audits = parts_.audits,
                                             .run_stream = parts_.run_stream},
                                  .reader_slot = reader_slot_,
                                  .daemon = parts_.daemon,
                                  .health = health_,
                                  .metrics = metrics_,
                                  .backoff_min = parts_.settings.backoff_min,
                                  .backoff_max = parts_.settings.backoff_max,
                                  .seed = parts_.seed};
    supervisor.make = [by = spawner_, slot = supervisor.slot, parts] {
      return by.start<stream_supervisor>(slot, parts);
    };
  }

  caf::actor_system& system_;
  node_parts parts_;
  spawner spawner_;
  std::shared_ptr<tree> tree_;
  std::shared_ptr<admission> queue_;
  std::shared_ptr<stream_memory> memory_;
  std::shared_ptr<sync::reconcile_ledger> ledger_;
  metrics_aggregator_actor metrics_;
  health_reporter_actor health_;
  inventory_store_actor store_;
  docker_inspector_actor container_inspector_, volume_inspector_, auditor_;
  resource_handler_actor volumes_, containers_;
  reconciler_actor reconciler_;
  stream_supervisor_actor stream_;
  fleet_roster_actor roster_;
  hub_gate_actor gate_;
  slot_ptr reader_slot_;
  slot_ptr session_slot_;
};

} // namespace

child* tree::find(const std::string& name) {
  for (auto& x : children)
    if (x.slot->name == name)
      return &x;
  return nullptr;
}

std::shared_ptr<tree> draw_tree(caf::actor_system& system, const node_parts& parts) {
  return drawing{system, parts}.draw();
}

} // namespace volumeviz
