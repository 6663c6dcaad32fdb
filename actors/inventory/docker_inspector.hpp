#pragma once

#include "actors/actor_context.hpp"
#include "docker/client.hpp"

#include <memory>

namespace volumeviz {

struct inspector_parts {
  /// The inspector's own. It is shared only so that a shutdown can interrupt a call.
  std::shared_ptr<docker::client> client;
};

/// DOCKER INSPECTOR: makes the calls of the Engine API, one after the other, each with a deadline.
class docker_inspector {
public:
  using interface = docker_inspector_actor;

  docker_inspector(interface::pointer self, context_ptr context, inspector_parts parts);
  interface::behavior_type make_behavior();

private:
  observation fetch(const fetch_request& what);
  observation list_volumes(bool name_drivers);
  observation list_containers();
  template <class Inspect, class Observed>
  observation inspect_all(const fetch_request& what, Inspect inspect, Observed observed);
  audit_answer audit(const audit_request& what);
  failure identify();
  std::vector<std::string> volume_drivers();

  template <class Call>
  auto timed(metrics::docker_call name, Call call);

  docker::deadline next_limit(bool brief) const;
  void adapt_limit(const fetch_request& what, const failure* why, docker::deadline took);

  context_ptr context_;
  inspector_parts parts_;
  /// The deadline of the current inspect.
  docker::deadline limit_{0};
  /// How long the last answer took.
  docker::deadline usual_{0};
  /// Twice the deadline of the last inspect, if that had no answer.
  docker::deadline doubled_{0};
};

} // namespace volumeviz
