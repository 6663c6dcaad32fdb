#pragma once

#include "messages/resources.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace volumeviz {

/// One line of the daemon's event stream, reduced to its reliable part: something happened to one
/// resource. The rest is not used: a label can override most attributes, and from API 1.52 on the
/// fields `id` and `status` are gone.
struct docker_event {
  resource_kind kind = resource_kind::volume;
  std::string action;     ///< Docker's own word, e.g. "destroy"; Podman's "remove" stays "remove"
  std::string id;         ///< volume name or container id; empty for prune
  timestamp time = never; ///< timeNano, by the daemon's clock; neither unique nor in order
  friend auto operator<=>(const docker_event&, const docker_event&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, docker_event& x) {
  return f(x.kind, x.action, x.id, x.time);
}

/// What an action means for the inventory.
struct event_meaning {
  resource_kind kind;
  std::string_view action; ///< Docker's (or Podman's) word
  std::string_view
      event_type;    ///< the name in metrics: "volume.remove" for destroy and remove of a volume
  bool gone = false; ///< the resource is expected to be gone
  bool lags = false; ///< the API may still show the old state for a moment: recheck later
  bool whole_kind = false; ///< prune: it names no resources, so the kind is listed
};

/// Every event that can change a row. All others (exec_*, mount, attach, …) are ignored.
const std::vector<event_meaning>& event_catalogue();

/// The meaning of an event, or null when it can't change a row.
const event_meaning* meaning_of(resource_kind kind, std::string_view action);

} // namespace volumeviz
