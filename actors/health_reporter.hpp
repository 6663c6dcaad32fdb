#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "messages/node_role.hpp"
#include "sync/health.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz {

/// What the health reporter needs.
struct reporter_parts {
  node_role role = node_role::standalone;
  bool events_enabled = false;
  std::chrono::milliseconds idle_degraded_after{300'000};
  metrics_aggregator_actor metrics;
  docker_inspector_actor
      probe; ///< asked whether Docker answers while the events system is off; else null
  fleet_roster_actor roster{}; ///< null unless this is a hub
  wall_clock now = system_now;
};

/// HEALTH REPORTER: collects the parts' last word and answers for the whole. The judgement is
/// sync::evaluate.
class health_reporter {
public:
  using interface = health_reporter_actor;

  health_reporter(interface::pointer self, reporter_parts parts);
  interface::behavior_type make_behavior();

private:
  struct inquiry;

  void stream_changed(const stream_report& report);
  void store_spoke(const store_report& report);
  void reconciled(const reconcile_status& status);
  void rejected(const rejected_report& report);
  void trouble(resource_kind kind, const failure& why);
  void unverified(const unverified_report& report);
  void probe_docker();
  void probe_again_in(std::chrono::milliseconds wait);
  void docker_said(const failure& why);
  caf::result<health_report> report();
  void ask_metrics(const std::shared_ptr<inquiry>& what);
  void ask_roster(const std::shared_ptr<inquiry>& what);
  void answered(inquiry& what) const;
  bool store_silent() const;
  sync::health_facts known_now() const; ///< with what the silence of the store tells
  std::vector<std::string> not_ready() const;

  interface::pointer self_;
  reporter_parts parts_;
  sync::health_facts facts_;
  timestamp store_heard_ = never;
};

} // namespace volumeviz
