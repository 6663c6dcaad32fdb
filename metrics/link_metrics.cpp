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

template <std::size_t N>
std::array<counter*, N> by_reason(prometheus::Registry& to, const char* name, const char* help,
                                  const std::array<const char*, N>& reasons) {
  auto& family = counters(to, name, help);
  std::array<counter*, N> result{};
  for (std::size_t i = 0; i < N; ++i)
    result[i] = &family.Add({{"reason", reasons[i]}});
  return result;
}

} // namespace

link_front_metrics::link_front_metrics(prometheus::Registry& registry, bool accepts)
    : violations(by_reason(registry, "volumeviz_events_link_violations_total",
                           "Connections that were ended because the peer sent what no member of a "
                           "fleet sends, by reason.",
                           link_violation_names)) {
  if (accepts)
    refused = by_reason(registry, "volumeviz_events_link_refused_connections_total",
                        "Connections that were refused or ended before they had proven who they "
                        "are, by reason.",
                        link_refusal_names);
}

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
    : chunks(counters(registry, "volumeviz_events_link_pieces_total",
                      "Pieces of batches taken from agents.")
                 .Add({})),
      refused(counters(registry, "volumeviz_events_link_refused_total",
                       "Pieces that found the hub's queue full; the agents send them again.")
                  .Add({})),
      rejected(rejected_agents(registry)) {
}

} // namespace volumeviz::metrics
