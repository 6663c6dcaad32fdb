#pragma once

#include "messages/inventory_counts.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace volumeviz::metrics {

/// The volumeviz_events_inventory_* metrics, and volumeviz_events_history_rows. They are made at
/// every scrape, so a host, a driver or a state that has no row any more disappears from them.
std::vector<prometheus::MetricFamily> count_families(const inventory_counts& counts);

} // namespace volumeviz::metrics
