#pragma once

#include "actors/actor_context.hpp"
#include "actors/inventory/docker_fetcher.hpp"
#include "actors/inventory/measured_client.hpp"

#include <memory>

namespace volumeviz {

struct inspector_parts {
  /// The inspector's own. It is shared only so that a shutdown can interrupt a call.
  std::shared_ptr<docker::client> client;
};

/// DOCKER INSPECTOR: gives requests to the daemon, and measures each call. It blocks its worker.
class docker_inspector {
public:
  using interface = docker_inspector_actor;

  docker_inspector(interface::pointer self, context_ptr context, inspector_parts parts);
  // The fetcher refers to the client.
  docker_inspector(const docker_inspector&) = delete;
  docker_inspector& operator=(const docker_inspector&) = delete;
  interface::behavior_type make_behavior();

private:
  observation fetch(const fetch_request& what);
  audit_answer audit(const audit_request& what);
  failure identify();

  context_ptr context_;
  measured_client client_;
  docker_fetcher fetcher_;
};

} // namespace volumeviz
