#include "tests/actors/handler_rig.hpp"

#include "actors/inventory/docker_inspector.hpp"
#include "actors/inventory/inventory_store.hpp"
#include "actors/platform/shell.hpp"

#include <caf/all.hpp>

namespace volumeviz::testing {

using support::docker_call;

void handler_rig::start(resource_kind kind, std::size_t queue) {
  kind_ = kind;
  const auto listens = [this](const std::shared_ptr<heard>& what) { return spawn<listener>(what); };
  const auto to_metrics = listens(metrics);
  const auto to_other = caf::actor_cast<resource_handler_actor>(listens(other_handler));
  const auto volumes = kind == resource_kind::volume;
  actor_context context{
      .host = host,
      .log = log.log(),
      .numbers = std::make_shared<metrics::catalogue>(),
      .now = handlers_clock,
      .seed = random(),
      .handles = {.reconciler = caf::actor_cast<reconciler_actor>(listens(reconciler)),
                  .metrics = caf::actor_cast<metrics_aggregator_actor>(to_metrics),
                  .health = caf::actor_cast<health_reporter_actor>(to_metrics),
                  .volumes = volumes ? resource_handler_actor{} : to_other,
                  .containers = volumes ? to_other : resource_handler_actor{}}};
  const auto shared = [&context] { return std::make_shared<const actor_context>(context); };
  if (!inspector)
    inspector = spawn<shell<docker_inspector>>(make_slot("inspector"), shared(),
                                               inspector_parts{docker.make_client()});
  context.handles.store =
      spawn<shell<inventory_store>>(make_slot("inventory_store"), shared(), store_parts{store});
  slot = make_slot("handler", queue);
  slot->restarts = restarted ? 1 : 0;
  handler = spawn<shell<resource_handler>>(
      slot, shared(),
      handler_parts{.kind = kind, .slot = slot, .inspector = inspector, .limits = limits});
  run();
}

std::size_t handler_rig::post() {
  std::size_t n = 0;
  for (const auto& event : docker.remembered())
    if (event.time > posted_until_) {
      posted_until_ = event.time;
      if (event.kind != kind_)
        continue;
      send(handler, event);
      ++n;
    }
  return n;
}

void handler_rig::deliver() {
  post();
  run();
}

void handler_rig::list(list_reason why, std::uint64_t run_id) {
  send(handler, atom::reconcile_v, why, run_id);
  run();
}

std::string handler_rig::differences() const {
  std::string text;
  const auto recorded = rows();
  const auto compare = [&text](const auto& is, const auto& should_be) {
    for (const auto& [key, x] : should_be)
      if (!is.contains(key))
        text += key + " has no row; ";
      else if (is.at(key) != x)
        text += key + " is recorded as " + caf::deep_to_string(is.at(key)) + " and is "
                + caf::deep_to_string(x) + "; ";
    for (const auto& [key, x] : is)
      if (!should_be.contains(key))
        text += key + " is gone and has a row; ";
  };
  if (kind_ == resource_kind::volume)
    compare(recorded.volumes, docker.volumes());
  else
    compare(recorded.containers, docker.containers());
  return text;
}

bool handler_rig::agrees() const {
  return differences().empty();
}

std::uint64_t handler_rig::lists() const {
  return docker.calls(kind_ == resource_kind::volume ? docker_call::list_volumes
                                                     : docker_call::list_containers);
}

} // namespace volumeviz::testing
