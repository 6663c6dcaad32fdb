#pragma once

#include "messages/fleet.hpp"
#include "messages/health.hpp"
#include "messages/inventory_counts.hpp"
#include "messages/node_role.hpp"
#include "metrics/event_metrics.hpp"
#include "metrics/history_metrics.hpp"
#include "metrics/inventory_metrics.hpp"
#include "metrics/link_metrics.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::metrics {

/// Every metric of the program: the fifteen of the contract, byte for byte, and our own. Each is a
/// member of a group, declared with its name and help text, and is there from the first scrape on.
/// Thread-safe, and cheap enough for a hot path. No label has the name of a volume or a container.
/// Every label value comes from a closed set, except a hub's `host`.
///
/// /metrics shows a group only in the roles that have its numbers: elsewhere a constant 0 would
/// mislead. Setting such a metric in another role is allowed and shown nowhere.
class catalogue {
  struct registries;
  std::unique_ptr<registries> registries_; // before the groups, which refer to it
  prometheus::Registry& shown(bool yes = true) const;

public:
  explicit catalogue(node_role role = node_role::standalone);
  ~catalogue();
  catalogue(const catalogue&) = delete;
  catalogue& operator=(const catalogue&) = delete;

  event_metrics events{shown()};
  stream_metrics stream{shown()};
  reconcile_metrics reconciliations{shown()};
  row_metrics rows{shown()};
  store_metrics store{shown()};
  docker_metrics docker{shown()};
  gauge link_certificate_expiry{
      shown(), "volumeviz_events_link_certificate_expiry_timestamp_seconds",
      "Unix time in seconds when the certificate that agents and hub prove their names with, "
      "or its CA, expires; 0 without one."};
  gauge database_up;          ///< not an agent's
  history_metrics history;    ///< not an agent's
  agent_link_metrics hub;     ///< an agent's
  hub_link_metrics agents;    ///< a hub's
  hub_front_metrics visitors; ///< a hub's
  link_front_metrics link;    ///< an agent's and a hub's

  /// Where the per-actor numbers come from at every scrape: mailbox, limit, dropped, handled, busy
  /// time and restarts.
  void actors_from(std::function<std::vector<actor_report>()> source);

  /// The rows of the database, for the scrapes that follow; nothing: they are not known.
  void count_rows(std::optional<inventory_counts> counts);

  /// The Prometheus text, with metrics of the process (cpu, memory, descriptors, start time,
  /// threads) and build_info.
  std::string render() const;
  /// The same, with the numbers of every host that a hub knows. The lags are those at `now`.
  std::string render(const std::vector<host_report>& hosts, timestamp now) const;

private:
  /// A copy, since a call may take a while and may itself use the catalogue.
  std::function<std::vector<actor_report>()> actor_source() const;

  std::vector<prometheus::MetricFamily> collect() const;

  mutable std::mutex mutex_; ///< of the members that follow
  std::function<std::vector<actor_report>()> actor_source_;
  std::optional<inventory_counts> counts_;
};

} // namespace volumeviz::metrics
