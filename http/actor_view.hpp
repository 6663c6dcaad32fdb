#pragma once

#include "actors/node_client.hpp"
#include "http/node_view.hpp"

#include <utility>

namespace volumeviz::http {

/// The running node as the HTTP server sees it.
class actor_view final : public node_view {
public:
  explicit actor_view(const node_client& node) : node_(node) {}

  result<health_report> health() override { return node_.health(); }
  std::vector<std::string> unresponsive() override { return node_.unresponsive(); }
  std::vector<std::string> not_ready_because() override { return node_.not_ready(); }
  result<reconcile_ticket> reconcile(reconcile_scope scope) override {
    return node_.reconcile(scope);
  }
  std::vector<actor_report> actors() override { return node_.actors(); }
  std::string metrics() override { return node_.metrics(); }
  node_role role() const override { return node_.role(); }
  result<std::vector<host_report>> hosts() override { return node_.hosts(); }

private:
  const node_client& node_;
};

} // namespace volumeviz::http
