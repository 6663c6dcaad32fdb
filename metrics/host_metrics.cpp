#include "metrics/host_metrics.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace volumeviz::metrics {

namespace {

using prometheus::MetricFamily;

using reports_by_name = std::map<std::string, const host_report*>;

MetricFamily gauge_family(const char* name, const char* help) {
  MetricFamily result;
  result.name = name;
  result.help = help;
  result.type = prometheus::MetricType::Gauge;
  return result;
}

void add(MetricFamily& to, const char* label, const std::string& value, double number) {
  prometheus::ClientMetric metric;
  metric.label.push_back({label, value});
  metric.gauge.value = number;
  to.metric.push_back(std::move(metric));
}

/// One series for each host that has a value.
template <class Number>
MetricFamily per_host(const char* name, const char* help, const reports_by_name& hosts,
                      Number number) {
  auto result = gauge_family(name, help);
  for (const auto& [host, report] : hosts)
    if (std::optional<double> value = number(*report))
      add(result, "host", host, *value);
  return result;
}

MetricFamily hosts_by_state(const reports_by_name& hosts) {
  auto connected = std::ranges::count_if(hosts, [](const auto& x) { return x.second->connected; });
  auto all = static_cast<std::ptrdiff_t>(hosts.size());
  auto result = gauge_family("volumeviz_events_hosts", "Hosts that this hub knows, by state.");
  add(result, "state", "connected", static_cast<double>(connected));
  add(result, "state", "away", static_cast<double>(all - connected));
  return result;
}

} // namespace

std::vector<MetricFamily> host_families(const std::vector<host_report>& hosts, timestamp now) {
  reports_by_name by_name;
  for (const auto& x : hosts)
    by_name[x.host] = &x;
  using number = std::optional<double>;
  return {
      hosts_by_state(by_name),
      per_host("volumeviz_events_host_connected", "1 while the host's agent reports, else 0.",
               by_name, [](const host_report& x) { return number{x.connected ? 1 : 0}; }),
      per_host("volumeviz_events_host_lag_seconds",
               "How long ago the host's rows were last proven to agree with its daemon; absent "
               "before the first time.",
               by_name,
               [now](const host_report& x) {
                 // Negative where the clocks of the two machines disagree.
                 auto lag = std::max(static_cast<double>(now - x.verified_at) / 1e9, 0.0);
                 return x.verified_at == never ? number{} : number{lag};
               }),
      per_host(
          "volumeviz_events_host_verified_timestamp_seconds",
          "Unix time at which the host's rows were last proven to agree with its daemon; 0 "
          "before the first time.",
          by_name,
          [](const host_report& x) { return number{static_cast<double>(x.verified_at) / 1e9}; }),
      per_host("volumeviz_events_host_queue_size",
               "Events waiting in the host's agent; absent while it is away.", by_name,
               [](const host_report& x) {
                 return x.connected ? number{static_cast<double>(x.queue_size)} : number{};
               }),
  };
}

} // namespace volumeviz::metrics
