#include "metrics/link_metrics.hpp"

#include "metrics/metrics.hpp"

namespace volumeviz::metrics {

namespace {

/// The label values, in the order of `rejection`.
constexpr std::array<const char*, 5> rejections{"protocol", "name", "certificate", "duplicate",
                                                "busy"};

std::array<counter*, 5> rejected_agents(prometheus::Registry& to) {
  auto& family = counters(to, "volumeviz_events_link_rejected_agents_total",
                          "Agents that were not let in, by reason.");
  std::array<counter*, 5> result{};
  for (std::size_t i = 0; i < rejections.size(); ++i)
    result[i] = &family.Add({{"reason", rejections[i]}});
  return result;
}

} // namespace

agent_link_metrics::agent_link_metrics(prometheus::Registry& registry)
    : connected(gauges(registry, "volumeviz_events_hub_connected",
                       "1 while the hub takes what this agent reports, else 0.")
                    .Add({})),
      redials(counters(registry, "volumeviz_events_hub_redials_total",
                       "Times the hub was dialed again after the connection had ended or could "
                       "not be made.")
                  .Add({})),
      round_trip(histograms(registry, "volumeviz_events_hub_round_trip_seconds",
                            "From sending a piece of a batch to the hub's acknowledgement.")
                     .Add({}, latency_buckets)),
      refusals(counters(registry, "volumeviz_events_hub_refusals_total",
                        "Times the hub did not let this agent in, or did not take a piece.")
                   .Add({})) {
}

hub_link_metrics::hub_link_metrics(prometheus::Registry& registry)
    : pieces(counters(registry, "volumeviz_events_link_pieces_total",
                      "Pieces of batches taken from agents.")
                 .Add({})),
      refused(counters(registry, "volumeviz_events_link_refused_total",
                       "Pieces that found the hub's queue full; the agents send them again.")
                  .Add({})),
      rejected(rejected_agents(registry)) {
}

} // namespace volumeviz::metrics
