#include "metrics/count_families.hpp"

#include <utility>

namespace volumeviz::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

MetricFamily count_family(const char* name, const char* help) {
  MetricFamily result;
  result.name = name;
  result.help = help;
  result.type = prometheus::MetricType::Gauge;
  return result;
}

void add_count(MetricFamily& to, std::vector<ClientMetric::Label> labels, std::uint64_t count) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = static_cast<double>(count);
  to.metric.push_back(std::move(metric));
}

MetricFamily by_host(const char* name, const char* help, const inventory_counts::by_host& counts) {
  auto family = count_family(name, help);
  for (const auto& [host, count] : counts)
    add_count(family, {{"host", host}}, count);
  return family;
}

MetricFamily by_two(const char* name, const char* help, const char* label,
                    const inventory_counts::by_host_and& counts) {
  auto family = count_family(name, help);
  for (const auto& [key, count] : counts)
    add_count(family, {{"host", key.first}, {label, key.second}}, count);
  return family;
}

} // namespace

std::vector<MetricFamily> count_families(const inventory_counts& counts) {
  auto changes =
      count_family("volumeviz_events_history_rows", "Changes that the history holds now.");
  add_count(changes, {}, counts.changes);
  return {
      by_two("volumeviz_events_inventory_volumes", "Volumes in the database, by host and driver.",
             "driver", counts.volumes),
      by_host("volumeviz_events_inventory_orphaned_volumes",
              "Volumes that no container mounts, running or not, by host.",
              counts.orphaned_volumes),
      by_two("volumeviz_events_inventory_containers",
             "Containers in the database, by host and state.", "state", counts.containers),
      by_host("volumeviz_events_inventory_mounts",
              "Mounts of volumes in containers in the database, by host.", counts.mounts),
      std::move(changes),
  };
}

} // namespace volumeviz::metrics
