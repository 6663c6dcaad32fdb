#pragma once

#include "metrics/families.hpp"

namespace volumeviz::metrics {

/// An agent's connection to its hub.
struct agent_link_metrics {
  prometheus::Registry& to;
  gauge connected{to, "volumeviz_events_hub_connected",
                  "1 while the hub takes what this agent reports, else 0."};
  counter redials{to, "volumeviz_events_hub_redials_total",
                  "Times the hub was dialed again after the connection had ended or could "
                  "not be made."};
  histogram round_trip{to, "volumeviz_events_hub_round_trip_seconds",
                       "From sending a chunk of a batch to the hub's acknowledgement.",
                       buckets::latency};
  counter refusals{to, "volumeviz_events_hub_refusals_total",
                   "Times the hub did not admit this agent, or did not take a chunk."};
};

/// What a hub's agents send. host_metrics.hpp has the metrics of each host.
struct hub_link_metrics {
  prometheus::Registry& to;
  counter chunks{to, "volumeviz_events_link_chunks_total", "Chunks of batches taken from agents."};
  counter refused{to, "volumeviz_events_link_refused_total",
                  "Chunks that found the hub's queue full; the agents send them again."};
  table<counter, rejection> rejected{to,
                                     "volumeviz_events_link_rejected_agents_total",
                                     "Agents that were not admitted, by reason.",
                                     {"reason"}};
};

/// Connections between agents and a hub that were ended.
struct link_front_metrics {
  prometheus::Registry& to;
  table<counter, link_violation> violations{
      to,
      "volumeviz_events_link_violations_total",
      "Connections that were ended because the peer sent what no member of a fleet sends, by "
      "reason.",
      {"reason"}};
};

/// Connections that a hub did not accept.
struct hub_front_metrics {
  prometheus::Registry& to;
  table<counter, link_refusal> refused{
      to,
      "volumeviz_events_link_refused_connections_total",
      "Connections that were refused or ended before they had proven their name, by reason.",
      {"reason"}};
};

} // namespace volumeviz::metrics
