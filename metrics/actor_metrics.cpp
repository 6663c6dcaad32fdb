#include "metrics/actor_metrics.hpp"

#include <map>
#include <string>
#include <utility>

namespace volumeviz::metrics {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

template <class Value>
MetricFamily family(const char* name, const char* help, MetricType type,
                    const std::map<std::string, actor_report>& actors, Value value) {
  MetricFamily result;
  result.name = name;
  result.help = help;
  result.type = type;
  for (const auto& [actor, report] : actors) {
    prometheus::ClientMetric metric;
    metric.label.push_back({"actor", actor});
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value(report);
    result.metric.push_back(std::move(metric));
  }
  return result;
}

} // namespace

std::vector<MetricFamily> actor_families(const std::vector<actor_report>& actors) {
  if (actors.empty())
    return {};
  std::map<std::string, actor_report> by_name;
  for (const auto& x : actors) {
    auto& sum = by_name[x.name];
    sum.restarts += x.restarts;
    sum.mailbox += x.mailbox;
    sum.mailbox_limit += x.mailbox_limit;
    sum.handled += x.handled;
    sum.dropped += x.dropped;
    sum.busy_ms += x.busy_ms;
  }
  auto number = [](auto actor_report::*member) {
    return [member](const actor_report& x) { return static_cast<double>(x.*member); };
  };
  std::vector<MetricFamily> result;
  result.push_back(family("volumeviz_events_actor_mailbox_messages",
                          "Messages waiting in an actor's mailbox.", MetricType::Gauge, by_name,
                          number(&actor_report::mailbox)));
  result.push_back(family("volumeviz_events_actor_mailbox_limit",
                          "The most events an actor's mailbox admits; 0: no limit.",
                          MetricType::Gauge, by_name, number(&actor_report::mailbox_limit)));
  result.push_back(family("volumeviz_events_actor_handled_total", "Messages an actor has handled.",
                          MetricType::Counter, by_name, number(&actor_report::handled)));
  result.push_back(family("volumeviz_events_actor_dropped_total",
                          "Messages an actor's full mailbox has refused.", MetricType::Counter,
                          by_name, number(&actor_report::dropped)));
  result.push_back(
      family("volumeviz_events_actor_busy_seconds_total",
             "Time an actor has spent on its messages.", MetricType::Counter, by_name,
             [](const actor_report& x) { return static_cast<double>(x.busy_ms) / 1000; }));
  result.push_back(family("volumeviz_events_actor_restarts_total",
                          "Times an actor was started again after it had died.",
                          MetricType::Counter, by_name, number(&actor_report::restarts)));
  return result;
}

} // namespace volumeviz::metrics
