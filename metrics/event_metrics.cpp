#include "metrics/event_metrics.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace volumeviz::metrics {

namespace {

/// What the fetch that an event requested can fail with. While the database is away, events wait.
constexpr std::array failures_of_events{
    ec::docker_unreachable, ec::docker_timeout, ec::docker_refused, ec::docker_malformed,
    ec::docker_too_large,   ec::cancelled,      ec::internal};
/// What is wrong with a line of the stream that is not an event.
constexpr std::array failures_of_lines{ec::docker_malformed, ec::docker_too_large, ec::internal};

} // namespace

event_metrics::event_metrics(prometheus::Registry& registry) : to(registry) {
  std::set<std::string_view> types;
  for (const auto& x : event_catalogue()) {
    processed_.emplace_back(
        to, "volumeviz_events_docker_events_processed_total",
        "Events whose effect is committed, by type and Docker's own word. "
        "Legacy name, kept by contract.",
        labels{{"event_type", std::string{x.event_type}}, {"action", std::string{x.action}}});
    types.insert(x.event_type);
  }
  for (auto type : types)
    add_failures(type, failures_of_events);
  add_failures("unknown", failures_of_lines);
}

void event_metrics::add_failures(std::string_view type, std::span<const ec> causes) {
  failures_of_type row{type, {}};
  for (auto why : causes)
    row.by_error.emplace_back(
        why, counter{to, "volumeviz_events_docker_events_failed_total",
                     "Events that could not be handled, by cause and type; unknown: a line of the "
                     "stream that is not a valid event. Legacy name, kept by contract.",
                     labels{{"error_type", to_string(why)}, {"event_type", std::string{type}}}});
  failed_.push_back(std::move(row));
}

void event_metrics::processed(const event_meaning& what, std::uint64_t count) {
  const auto& catalogue = event_catalogue();
  for (std::size_t i = 0; i < catalogue.size(); ++i)
    if (catalogue[i].kind == what.kind && catalogue[i].action == what.action)
      return processed_[i].add(count);
  // An event that is not in the catalogue can't have changed a row, and a label value must come
  // from a closed set.
  ignored.add(count);
}

void event_metrics::failed(ec why, std::string_view event_type, std::uint64_t count) {
  auto row = std::find_if(failed_.begin(), failed_.end() - 1,
                          [&](const auto& x) { return x.event_type == event_type; });
  const auto cause = std::find_if(row->by_error.begin(), row->by_error.end() - 1,
                                  [&](const auto& x) { return x.first == why; });
  cause->second.add(count);
}

std::uint64_t event_metrics::processed_total() const {
  std::uint64_t sum = 0;
  for (const auto& x : processed_)
    sum += x.value();
  return sum;
}

std::uint64_t event_metrics::failed_total() const {
  std::uint64_t sum = 0;
  for (const auto& row : failed_)
    for (const auto& [why, count] : row.by_error)
      sum += count.value();
  return sum;
}

} // namespace volumeviz::metrics
