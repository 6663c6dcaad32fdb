#pragma once

#include "messages/fleet.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace volumeviz::metrics {

/// A hub's numbers about its hosts, made anew at every scrape, so that those of a host that is
/// forgotten vanish. What is not known has no series: the lag of rows that were never proven, the
/// queue of a host that is away. Reports of the same host are one series, the last one's.
std::vector<prometheus::MetricFamily> host_families(const std::vector<host_report>& hosts,
                                                    timestamp now);

} // namespace volumeviz::metrics
