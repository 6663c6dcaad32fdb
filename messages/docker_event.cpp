#include "messages/docker_event.hpp"

namespace volumeviz {

const std::vector<event_meaning>& event_catalogue() {
  using enum resource_kind;
  // Lags as measured: a list after `die` (20.10) or after `stop` (26 and 28) still shows "running";
  // after `rename` it shows both names for a moment. Docker sends the event of a removal after the
  // resource is gone from its lists, Podman before.
  static const std::vector<event_meaning> catalogue{
      {.kind = volume, .action = "create", .event_type = "volume.create"},
      {.kind = volume,
       .action = "destroy",
       .event_type = "volume.remove",
       .gone = true,
       .lags = true},
      {.kind = volume,
       .action = "remove",
       .event_type = "volume.remove",
       .gone = true,
       .lags = true},
      {.kind = volume, .action = "prune", .event_type = "volume.prune", .whole_kind = true},
      {.kind = container, .action = "create", .event_type = "container.create"},
      {.kind = container, .action = "start", .event_type = "container.start"},
      {.kind = container, .action = "stop", .event_type = "container.stop", .lags = true},
      {.kind = container, .action = "die", .event_type = "container.die", .lags = true},
      {.kind = container,
       .action = "destroy",
       .event_type = "container.destroy",
       .gone = true,
       .lags = true},
      {.kind = container,
       .action = "remove",
       .event_type = "container.destroy",
       .gone = true,
       .lags = true},
      {.kind = container, .action = "kill", .event_type = "container.kill", .lags = true},
      {.kind = container, .action = "restart", .event_type = "container.restart", .lags = true},
      {.kind = container, .action = "pause", .event_type = "container.pause"},
      {.kind = container, .action = "unpause", .event_type = "container.unpause"},
      {.kind = container, .action = "rename", .event_type = "container.rename", .lags = true},
      {.kind = container, .action = "update", .event_type = "container.update", .lags = true},
      {.kind = container, .action = "oom", .event_type = "container.oom", .lags = true},
      {.kind = container, .action = "health_status", .event_type = "container.health_status"},
      {.kind = container, .action = "prune", .event_type = "container.prune", .whole_kind = true},
  };
  return catalogue;
}

const event_meaning* meaning_of(resource_kind kind, std::string_view action) {
  // Docker appends the result after a colon: "health_status: healthy".
  auto word = action.substr(0, action.find(':'));
  for (const auto& x : event_catalogue())
    if (x.kind == kind && x.action == word)
      return &x;
  return nullptr;
}

} // namespace volumeviz
