#pragma once

#include "messages/fleet.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace volumeviz::metrics {

/// A hub's metrics about its hosts. They are made at every scrape, so a host that the hub forgets
/// disappears from them. An unknown value has no series: the lag of rows that were never proven,
/// and the queue of a host that is away. Of two reports of one host the last one counts.
std::vector<prometheus::MetricFamily> host_families(const std::vector<host_report>& hosts,
                                                    timestamp now);

} // namespace volumeviz::metrics
