#pragma once

#include "messages/changes.hpp"
#include "messages/error.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

// What the parts of the catalogue share: how a family is made, buckets, and the closed sets of
// label values. Every series is made once, at start, and kept by reference: Family::Add is thirty
// times an increment.

namespace volumeviz::metrics {

using counter = prometheus::Counter;
using gauge = prometheus::Gauge;
using histogram = prometheus::Histogram;

prometheus::Family<counter>& counters(prometheus::Registry& to, const char* name, const char* help);
prometheus::Family<gauge>& gauges(prometheus::Registry& to, const char* name, const char* help);
prometheus::Family<histogram>& histograms(prometheus::Registry& to, const char* name,
                                          const char* help);

/// 100 microseconds to 10 seconds in steps of 1, 2, 5.
extern const histogram::BucketBoundaries latency_buckets;
/// 1 second to a week: how long streams live.
extern const histogram::BucketBoundaries lifetime_buckets;
/// 1 to 1,000 in steps of 1, 2, 5.
extern const histogram::BucketBoundaries size_buckets;

/// What can fail an event or a reconciliation. `queue_full` is a drop and `bad_request` never comes
/// from Docker or the database; should one of them arrive nevertheless, it counts as `internal`.
inline constexpr std::array failure_types{
    ec::docker_unreachable, ec::docker_timeout,    ec::docker_refused, ec::docker_malformed,
    ec::docker_too_large,   ec::store_unreachable, ec::store_rejected, ec::store_schema,
    ec::cancelled,          ec::internal};

/// The place of `code` in failure_types.
std::size_t failure_index(ec code) noexcept;

inline constexpr std::array row_kinds{row_kind::volume, row_kind::container, row_kind::mount};
inline constexpr std::array operations{operation::create, operation::update, operation::remove};
inline constexpr std::array sources{change_source::event, change_source::reconciliation};

template <class Enum>
constexpr std::size_t index(Enum value) noexcept {
  return static_cast<std::size_t>(value);
}

/// Adds a count that is whole by nature.
inline void add(counter& to, std::uint64_t count) {
  to.Increment(static_cast<double>(count));
}

} // namespace volumeviz::metrics
