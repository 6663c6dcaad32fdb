#pragma once

#include "http/node_view.hpp"
#include "http/server.hpp"
#include "persistence/inventory.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace fakes {

using namespace volumeviz;

/// A report with every field set: docker and database healthy, events processed.
inline health_report healthy_report() {
  health_report report;
  report.status = health_status::healthy;
  report.now = 1'640'995'200'000'000'000;
  report.checks = {{"docker", health_status::healthy, {}},
                   {"database", health_status::healthy, {}}};
  auto& events = report.events;
  events.status = health_status::healthy;
  events.connected = true;
  events.processed_total = 1250;
  events.errors_total = 2;
  events.reconnects_total = 1;
  events.last_event = 1'640'995'180'900'000'000;
  events.last_reconnect = 1'640'994'800'000'000'000;
  events.full_runs = 5;
  events.volume_runs = 12;
  events.container_runs = 12;
  events.verified_at = 1'640'995'190'000'000'000;
  return report;
}

/// A node with the answers that the test sets. Set them before the server starts, or while no
/// request runs.
class node final : public http::node_view {
public:
  result<health_report> report = healthy_report();
  std::vector<std::string> silent;
  std::vector<std::string> not_ready;
  result<reconcile_ticket> ticket = reconcile_ticket{7, reconcile_scope::full};
  std::vector<actor_report> actor_list;
  std::function<std::string()> metrics_text = [] { return std::string{"# nothing\n"}; };
  node_role own_role = node_role::standalone;
  std::string own_name = "a";
  result<std::vector<host_report>> fleet; ///< a hub's

  std::function<result<health_report>()> health_of; ///< in place of `report`, if it is set

  result<health_report> health() override { return health_of ? health_of() : report; }
  std::vector<std::string> unresponsive() override { return silent; }
  std::vector<std::string> not_ready_because() override { return not_ready; }
  result<reconcile_ticket> reconcile(reconcile_scope scope) override {
    auto answer = ticket;
    if (answer)
      answer->scope = scope;
    return answer;
  }
  std::vector<actor_report> actors() override { return actor_list; }
  std::string metrics() override { return metrics_text(); }
  node_role role() const override { return own_role; }
  std::string name() const override { return own_name; }
  result<std::vector<host_report>> hosts() override { return fleet; }
};

/// A database with some rows that records the queries.
class inventory final : public persistence::inventory {
public:
  persistence::page<persistence::volume_row> volume_page;
  persistence::page<persistence::container_row> container_page;
  persistence::page<persistence::mount_row> mount_page;
  persistence::page<persistence::host_row> host_page;
  result<void> state; ///< the failure of every call
  std::function<void()> before = [] {};

  persistence::query last() {
    std::lock_guard lock{mutex_};
    return last_;
  }

  result<persistence::page<persistence::volume_row>>
  volumes(const persistence::query& what) override {
    return answer(what, volume_page);
  }
  result<persistence::page<persistence::container_row>>
  containers(const persistence::query& what) override {
    return answer(what, container_page);
  }
  result<persistence::page<persistence::mount_row>>
  mounts(const persistence::query& what) override {
    return answer(what, mount_page);
  }
  result<persistence::page<persistence::host_row>> hosts(const persistence::query& what) override {
    return answer(what, host_page);
  }
  result<void> check() override { return state; }

private:
  template <class Page>
  result<Page> answer(const persistence::query& what, const Page& page) {
    before();
    std::lock_guard lock{mutex_};
    last_ = what;
    if (!state)
      return tl::unexpected{state.error()};
    return page;
  }

  std::mutex mutex_;
  persistence::query last_;
};

/// A history with some changes that records the query.
class past final : public persistence::history {
public:
  persistence::change_page page;
  persistence::change_query last;
  std::string begins_at, asked_host;
  result<std::string> gone_at; ///< of every resource
  result<void> state;          ///< the failure of every other call

  result<persistence::change_page> changes(const persistence::change_query& what) override {
    last = what;
    return state ? result<persistence::change_page>{page} : tl::unexpected{state.error()};
  }
  result<persistence::history_bounds> bounds(const std::string& host) override {
    asked_host = host;
    persistence::history_bounds known;
    known.begins_at = begins_at;
    return state ? result<persistence::history_bounds>{known} : tl::unexpected{state.error()};
  }
  result<std::string> volume_gone_at(const std::string&, const std::string&) override {
    return gone_at;
  }
  result<std::string> container_gone_at(const std::string&, const std::string&) override {
    return gone_at;
  }
};

/// A server on a free port of the loopback.
inline std::unique_ptr<http::server> serve(http::node_view& view, persistence::inventory* rows,
                                           const std::string& token = {},
                                           const char* host = "127.0.0.1",
                                           persistence::history* past = nullptr) {
  auto started = http::start({.listen = {host, 0}, .auth_token = token}, view, {rows, past});
  REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().text));
  REQUIRE((*started)->port() != 0);
  return std::move(*started);
}

} // namespace fakes
