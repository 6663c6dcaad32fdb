#include "metrics/metrics.hpp"

#include "metrics/actor_metrics.hpp"
#include "metrics/count_families.hpp"
#include "metrics/host_metrics.hpp"
#include "metrics/process_metrics.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace volumeviz::metrics {

namespace {

void append(std::vector<prometheus::MetricFamily>& to, std::vector<prometheus::MetricFamily> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

std::string serialize(std::vector<prometheus::MetricFamily> families) {
  std::sort(families.begin(), families.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace

struct catalogue::registries {
  prometheus::Registry shown;
  prometheus::Registry hidden; ///< the metrics of other roles

  /// Everything but the hosts, in no order.
  std::vector<prometheus::MetricFamily>
  collect(const std::function<std::vector<actor_report>()>& actors) const {
    auto families = shown.Collect();
    append(families, process_families());
    if (actors)
      append(families, actor_families(actors()));
    return families;
  }
};

prometheus::Registry& catalogue::shown(bool yes) const {
  return yes ? registries_->shown : registries_->hidden;
}

catalogue::catalogue(node_role role)
    : registries_(std::make_unique<registries>()),
      database_up(shown(role != node_role::agent), "volumeviz_events_database_up",
                  "1 while the database answers, else 0."),
      history{shown(role != node_role::agent)}, hub{shown(role == node_role::agent)},
      agents{shown(role == node_role::hub)}, visitors{shown(role == node_role::hub)},
      link{shown(role != node_role::standalone)} {
  gauge(shown(), "volumeviz_events_build_info", "Always 1; the labels say what is running.",
        {{"version", VOLUMEVIZ_VERSION}, {"compiler", __VERSION__}})
      .set(true);
}

catalogue::~catalogue() = default;

void catalogue::actors_from(std::function<std::vector<actor_report>()> source) {
  std::lock_guard lock{mutex_};
  actor_source_ = std::move(source);
}

std::function<std::vector<actor_report>()> catalogue::actor_source() const {
  std::lock_guard lock{mutex_};
  return actor_source_;
}

void catalogue::count_rows(std::optional<inventory_counts> counts) {
  std::lock_guard lock{mutex_};
  counts_ = std::move(counts);
}

std::vector<prometheus::MetricFamily> catalogue::collect() const {
  auto families = registries_->collect(actor_source());
  std::lock_guard lock{mutex_};
  if (counts_)
    append(families, count_families(*counts_));
  return families;
}

std::string catalogue::render() const {
  return serialize(collect());
}

std::string catalogue::render(const std::vector<host_report>& hosts, timestamp now) const {
  auto families = collect();
  append(families, host_families(hosts, now));
  return serialize(std::move(families));
}

} // namespace volumeviz::metrics
