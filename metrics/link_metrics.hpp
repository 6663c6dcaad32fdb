#pragma once

#include "messages/link_violation.hpp"
#include "metrics/families.hpp"

#include <array>

namespace volumeviz::metrics {

/// An agent's numbers about its hub.
struct agent_link_metrics {
  explicit agent_link_metrics(prometheus::Registry& registry);

  gauge& connected;
  counter& redials;
  histogram& round_trip;
  counter& refusals;
};

/// What an agent's or a hub's front did not let in.
struct link_front_metrics {
  link_front_metrics(prometheus::Registry& registry, bool accepts);

  std::array<counter*, link_violation_names.size()> violations;
  std::array<counter*, link_refusal_names.size()> refused{}; ///< null where nobody connects
};

/// A hub's numbers about what its agents send. Those of single hosts are in host_metrics.hpp.
struct hub_link_metrics {
  explicit hub_link_metrics(prometheus::Registry& registry);

  counter& chunks;
  counter& refused;
  std::array<counter*, 5> rejected; ///< by rejection
};

} // namespace volumeviz::metrics
