#pragma once

#include "actors/node/node_client.hpp"
#include "http/node_view.hpp"

#include <utility>

namespace volumeviz::http {

/// The running node as the HTTP server sees it.
class actor_view final : public node_view {
public:
  /// `node` must outlive the view; `name` is NODE_NAME.
  actor_view(const node_client& node, std::string name) : node_(node), name_(std::move(name)) {}

  result<health_report> health() override { return node_.health(); }
  std::vector<std::string> unresponsive() override { return node_.unresponsive(); }
  std::vector<std::string> not_ready_because() override { return node_.not_ready(); }
  result<reconcile_ticket> reconcile(reconcile_scope scope) override {
    return node_.reconcile(scope);
  }
  std::vector<actor_report> actors() override { return node_.actors(); }
  std::string metrics() override { return node_.metrics(); }
  node_role role() const override { return node_.role(); }
  std::string name() const override { return name_; }
  result<std::vector<host_report>> hosts() override { return node_.hosts(); }

private:
  const node_client& node_;
  std::string name_;
};

} // namespace volumeviz::http
