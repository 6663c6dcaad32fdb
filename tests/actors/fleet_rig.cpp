#include "tests/actors/fleet_rig.hpp"

#include "actors/inventory/inventory_store.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/store_rig.hpp"
#include "tests/support/scripted_docker.hpp"

#include <doctest/doctest.h>

namespace volumeviz::testing {

fleet_rig::fleet_rig() {
  prove({.address = "127.0.0.1"});
  connector_ =
      caf::actor_cast<connector_actor>(spawn_function([this](caf::event_based_actor* self) {
        return caf::behavior{
            [this, self](caf::connect_atom, const std::string&, std::uint16_t)
                -> caf::result<caf::node_id, caf::strong_actor_ptr, std::set<std::string>> {
              ++dialed;
              if (!reachable || !gate)
                return caf::make_error(caf::sec::cannot_connect_to_node);
              return {self->node(), caf::actor_cast<caf::strong_actor_ptr>(gate),
                      self->system().message_types<hub_gate_actor>()};
            }};
      }));
  start_hub();
}

/// The actors have the context, and without relays its handles keep them alive.
fleet_rig::~fleet_rig() {
  context->handles = {};
}

void fleet_rig::prove(const wire::member& who) {
  members = std::make_shared<wire::member_registry>();
  members->add(1, to_string(caf().node()), who);
}

void fleet_rig::start_hub() {
  const auto deaf = spawn<listener>(std::make_shared<heard>());
  writer = spawn<shell<inventory_store>>(make_slot("inventory_store"),
                                         store_context(log, deaf, deaf), store_parts{store});
  sessions = make_slot("hub_session", queue);
  context = std::make_shared<actor_context>();
  context->log = log.log();
  context->numbers = numbers;
  context->now = wall_clock();
  context->handles.store = writer;
  roster = spawn<shell<fleet_roster>>(make_slot("fleet_roster"), context_ptr{context},
                                      fleet_roster_parts{.sessions = sessions,
                                                         .room = std::make_shared<admission>(queue),
                                                         .secret = [this] { return secret(); },
                                                         .members = members});
  context->handles.roster = roster;
  gate = spawn<shell<hub_gate>>(make_slot("hub_gate"), context_ptr{context},
                                hub_gate_parts{.program_version = "1.0", .members = members});
  run();
}

void fleet_rig::stop_hub() {
  for (const auto& x : {caf::actor_cast<caf::strong_actor_ptr>(gate),
                        caf::actor_cast<caf::strong_actor_ptr>(roster),
                        caf::actor_cast<caf::strong_actor_ptr>(writer)})
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  gate = nullptr;
  context->handles = {};
  run();
}

std::shared_ptr<fleet_rig::agent> fleet_rig::start_agent(const std::string& host,
                                                         std::uint64_t incarnation) {
  auto x = std::make_shared<agent>();
  const auto deaf = spawn<listener>(std::make_shared<heard>());
  auto own = std::make_shared<actor_context>();
  own->host = host;
  own->log = log.log();
  own->numbers = std::make_shared<metrics::catalogue>(node_role::agent);
  own->now = wall_clock();
  own->seed = incarnation;
  own->handles = {.metrics = caf::actor_cast<metrics_aggregator_actor>(deaf),
                  .health = caf::actor_cast<health_reporter_actor>(spawn<listener>(x->health)),
                  .volumes = caf::actor_cast<resource_handler_actor>(spawn<listener>(x->volumes)),
                  .containers = caf::actor_cast<resource_handler_actor>(deaf)};
  x->context = own;
  x->parts = {.program_version = "1.0",
              .incarnation = incarnation,
              .hub = {"hub", 4711},
              .connector = connector_};
  x->link = spawn<shell<hub_link>>(make_slot("hub_link"), x->context, x->parts);
  run();
  return x;
}

void fleet_rig::kill(agent& x) {
  caf::anon_send_exit(x.link, caf::exit_reason::kill);
  run();
}

change_batch fleet_rig::batch_of(const std::vector<std::string>& volumes, bool complete) {
  change_batch batch;
  batch.host = "another host";
  for (const auto& name : volumes)
    batch.volumes.present.push_back(support::some_volume(name));
  batch.volumes.complete = complete;
  return batch;
}

void fleet_rig::write(const std::shared_ptr<agent>& from, const std::vector<std::string>& volumes,
                      bool complete) {
  spawn_function([=](caf::event_based_actor* self) {
    self->request(from->link, caf::infinite, batch_of(volumes, complete))
        .then([from](write_answer& x) { from->answers.push_back(std::move(x)); });
  });
  run();
}

std::vector<host_report> fleet_rig::hosts() {
  auto known = ask<std::vector<host_report>>(roster, atom::hosts_v);
  REQUIRE(known->value);
  return *known->value;
}

host_report fleet_rig::host() {
  auto known = hosts();
  REQUIRE(known.size() == 1);
  return known.front();
}

std::vector<std::string> fleet_rig::stored(const std::string& host) const {
  std::vector<std::string> names;
  for (const auto& [name, x] : store->rows(host).volumes)
    names.push_back(name);
  return names;
}

std::string fleet_rig::say_hello(std::uint32_t protocol, const std::string& host) {
  auto why = std::make_shared<std::optional<std::string>>();
  spawn_function([=, this](caf::event_based_actor* self) {
    self->request(gate, caf::infinite, atom::hello_v, protocol, host, std::string{"9.9"})
        .then([why](std::uint32_t, const std::string&, const std::string& refused) {
          *why = refused;
        });
  });
  run();
  REQUIRE(*why);
  return **why;
}

} // namespace volumeviz::testing
