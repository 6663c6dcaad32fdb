#include "actors/node/tree_places.hpp"

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

/// Adds the slots of one tree.
class slot_adder {
public:
  slot_adder(caf::actor_system& system, const node_parts& parts,
             const std::shared_ptr<admission>& queue, tree& empty)
      : system_(system), parts_(parts), queue_(queue), tree_(empty) {}

  tree_places add_all() {
    tree_.root = add_slot("node");
    const auto role = parts_.settings.role;
    places_.metrics = add<metrics_aggregator_actor>("metrics_aggregator");
    places_.health = add<health_reporter_actor>("health_reporter");
    places_.store = add<inventory_store_actor>(
        role == node_role::agent ? "hub_link" : "inventory_store", {.must_respond = false});
    if (role != node_role::hub)
      places_.container_inspector =
          add<docker_inspector_actor>("container_inspector", {.must_respond = false});
    if (watches_docker(parts_.settings))
      add_docker_watch();
    if (role == node_role::hub)
      add_hub();
    return places_;
  }

private:
  slot_ptr add_slot(std::string name, slot_ptr parent = nullptr,
                    std::shared_ptr<admission> limit = nullptr) {
    auto slot = std::make_shared<actor_slot>(std::move(name), std::move(parent), std::move(limit),
                                             parts_.log);
    tree_.slots.push_back(slot);
    return slot;
  }

  template <class Handle>
  place<Handle> add(std::string name, const child_traits& traits = {}) {
    auto slot = add_slot(std::move(name), traits.parent ? traits.parent : tree_.root, traits.limit);
    auto way = std::make_shared<route>(slot);
    auto address = make_relay(system_, way);
    tree_.children.push_back({.slot = slot,
                              .way = way,
                              .address = address,
                              .make = {},
                              .must_respond = traits.must_respond,
                              .interrupt = {}});
    return {caf::actor_cast<Handle>(address), tree_.children.size() - 1};
  }

  template <class Handle>
  slot_ptr slot_of(const place<Handle>& x) const {
    return tree_.children.at(x.index).slot;
  }

  void add_docker_watch() {
    places_.volume_inspector =
        add<docker_inspector_actor>("volume_inspector", {.must_respond = false});
    places_.volumes = add<resource_handler_actor>("volume_handler", {.limit = queue_});
    places_.containers = add<resource_handler_actor>("container_handler", {.limit = queue_});
    places_.reconciler = add<reconciler_actor>("reconciler");
    places_.stream = add<stream_supervisor_actor>("stream_supervisor");
    const auto stream_slot = slot_of(places_.stream);
    places_.auditor = add<docker_inspector_actor>("stream_auditor",
                                                  {.parent = stream_slot, .must_respond = false});
    places_.reader_slot = add_slot("stream_reader", stream_slot);
  }

  void add_hub() {
    places_.roster = add<fleet_roster_actor>("fleet_roster");
    places_.gate = add<hub_gate_actor>("hub_gate", {.must_respond = false});
    places_.census = add<host_census_actor>("host_census", {.must_respond = false});
    places_.session_slot = add_slot("hub_session", slot_of(places_.roster), queue_);
  }

  caf::actor_system& system_;
  const node_parts& parts_;
  const std::shared_ptr<admission>& queue_;
  tree& tree_;
  tree_places places_;
};

} // namespace

bool watches_docker(const config::settings& settings) {
  return settings.events_enabled && settings.role != node_role::hub;
}

tree_places add_children(caf::actor_system& system, const node_parts& parts,
                         const std::shared_ptr<admission>& queue, tree& empty) {
  return slot_adder{system, parts, queue, empty}.add_all();
}

node_handles handles_of(const tree_places& places, node_role role) {
  return {.reconciler = places.reconciler.address,
          .metrics = places.metrics.address,
          .health = places.health.address,
          .volumes = places.volumes.address,
          .containers = places.containers.address,
          .stream = places.stream.address,
          .store = places.store.address,
          .roster = places.roster.address,
          .gate = places.gate.address,
          .role = role};
}

} // namespace volumeviz
