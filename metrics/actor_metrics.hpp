#pragma once

#include "messages/health.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace volumeviz::metrics {

/// The actors' statistics, one series for each actor. Reports with the same name are added up: two
/// series with the same labels would make the whole scrape invalid.
std::vector<prometheus::MetricFamily> actor_families(const std::vector<actor_report>& actors);

} // namespace volumeviz::metrics
