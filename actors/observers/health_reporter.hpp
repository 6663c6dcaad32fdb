#pragma once

#include "actors/actor_context.hpp"
#include "sync/health.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz {

struct reporter_parts {
  bool events_enabled = false;
  std::chrono::milliseconds idle_degraded_after{300'000};
  /// Asked whether Docker answers while the events system is off; else null.
  docker_inspector_actor probe{};
};

/// HEALTH REPORTER: keeps the last report of each actor. sync::evaluate decides from them whether
/// the node is healthy.
class health_reporter {
public:
  using interface = health_reporter_actor;

  health_reporter(interface::pointer self, context_ptr context, reporter_parts parts);
  interface::behavior_type make_behavior();

private:
  struct inquiry;

  void stream_changed(const stream_report& report);
  void store_changed(const store_report& report);
  void reconciled(const reconcile_status& status);
  void rejected(const rejected_report& report);
  void trouble(resource_kind kind, const failure& why);
  void unverified(const unverified_report& report);
  void probe_docker();
  void probe_again_in(std::chrono::milliseconds wait);
  void docker_answered(const failure& why);
  caf::result<health_report> report();
  void ask_metrics(const std::shared_ptr<inquiry>& what);
  void ask_roster(const std::shared_ptr<inquiry>& what);
  void answered(inquiry& what) const;
  bool store_silent() const;
  sync::health_facts current_facts() const; ///< a silent store counts as away
  std::vector<std::string> not_ready() const;

  interface::pointer self_;
  context_ptr context_;
  reporter_parts parts_;
  sync::health_facts facts_;
  timestamp store_heard_ = never; ///< when the store reported last
};

} // namespace volumeviz
