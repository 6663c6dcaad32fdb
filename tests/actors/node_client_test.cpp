// A whole node as the program runs it: real threads, real time; asked from ordinary threads.

#include "actors/node/node.hpp"
#include "actors/node/node_client.hpp"
#include "tests/actors/listener.hpp"
#include "tests/actors/threaded_system.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/scripted_docker.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

using namespace volumeviz;
using namespace volumeviz::testing;
using support::eventually;
using support::some_container;
using support::some_volume;

namespace {

class threaded_node {
public:
  explicit threaded_node(bool enabled = true) {
    node_parts parts;
    parts.settings.events_enabled = enabled;
    parts.settings.node_name = "h";
    parts.settings.backoff_min = std::chrono::milliseconds{10};
    parts.daemon = docker;
    parts.make_store = [this] { return store; };
    parts.numbers = std::make_shared<metrics::catalogue>();
    parts.log = log.log();
    client = std::make_unique<node_client>(system, start_node(system, parts));
  }
  ~threaded_node() { client->stop(); }
  bool ready() const {
    return eventually([this] { return client->not_ready().empty(); });
  }
  bool agrees() const {
    return eventually([this] {
      const auto rows = store->rows("h");
      return rows.volumes == docker->volumes() && rows.containers == docker->containers();
    });
  }

  std::shared_ptr<support::scripted_docker> docker =
      std::make_shared<support::scripted_docker>(system_now);
  std::shared_ptr<support::memory_store> store = std::make_shared<support::memory_store>();
  kept_log log;
  threaded_config config;
  caf::actor_system system{config};
  std::unique_ptr<node_client> client;
};

} // namespace

TEST_CASE("a node with real threads follows many changes from many threads") {
  threaded_node node;
  REQUIRE(node.ready());
  {
    std::vector<std::jthread> users;
    for (int user = 0; user < 4; ++user)
      users.emplace_back([&node, user] {
        for (int i = 0; i < 100; ++i) {
          const auto key = std::to_string(user) + "-" + std::to_string(i);
          node.docker->create_volume(some_volume("v" + key));
          node.docker->run_container(some_container("c" + key, {{"v" + key, "/data"}}));
          if (i % 2 == 0)
            node.docker->stop_container("c" + key);
          if (i % 4 == 0)
            node.docker->remove_container("c" + key);
        }
      });
  }
  CHECK(node.agrees());
  const auto report = node.client->health();
  REQUIRE(report);
  CHECK(report->events.connected);
  CHECK(eventually([&] {
    const auto events = node.client->health()->events;
    return events.queue_size == 0
           && events.processed_total + events.errors_total + events.dropped_total
                  == 4 * (100 * 3 + 50 * 3 + 25);
  }));
}

TEST_CASE("a reconciliation on demand has a number, and repairs what no event announced") {
  threaded_node node;
  REQUIRE(node.ready());
  node.docker->silently([&] { node.docker->create_volume(some_volume("v")); });
  const auto ticket = node.client->reconcile(reconcile_scope::volumes);
  REQUIRE(ticket);
  CHECK(ticket->scope == reconcile_scope::volumes);
  CHECK(ticket->run_id > 0);
  CHECK(node.agrees());
}

TEST_CASE("a reconciliation on demand fails while Docker is away, and when events are off") {
  {
    threaded_node node;
    REQUIRE(node.ready());
    node.docker->refuse_streams({ec::docker_unreachable, "connection refused"});
    node.docker->end_streams({ec::docker_unreachable, "connection reset"});
    CHECK(eventually([&] {
      const auto ticket = node.client->reconcile(reconcile_scope::full);
      return !ticket && ticket.error().code == ec::docker_unreachable;
    }));
  }
  threaded_node off{false};
  const auto ticket = off.client->reconcile(reconcile_scope::full);
  REQUIRE_FALSE(ticket);
  CHECK(ticket.error().code == ec::bad_request);
}

TEST_CASE("the client shows the tree, the numbers and the actors that respond") {
  threaded_node node;
  REQUIRE(node.ready());
  const auto actors = node.client->actors();
  for (const auto* name :
       {"node", "metrics_aggregator", "health_reporter", "inventory_store", "container_inspector",
        "volume_inspector", "stream_auditor", "volume_handler", "container_handler", "reconciler",
        "stream_supervisor", "stream_reader"}) {
    CAPTURE(name);
    const auto i = std::ranges::find(actors, name, &actor_report::name);
    REQUIRE(i != actors.end());
    CHECK(i->state == "running");
    CHECK(i->parent.empty() == (i->name == "node"));
  }
  CHECK(node.client->unresponsive().empty());
  CHECK(node.client->metrics().find("volumeviz_events_docker_events_connection_status 1")
        != std::string::npos);
}

TEST_CASE("a stopped node has written what it had accepted, and answers no more") {
  threaded_node node;
  REQUIRE(node.ready());
  for (int i = 0; i < 200; ++i)
    node.docker->create_volume(some_volume("v" + std::to_string(i)));
  REQUIRE(node.docker->settle());
  node.client->stop();
  CHECK(node.store->rows("h").volumes == node.docker->volumes());
  CHECK(node.docker->streams_open() == 0);
  // The last actors end a moment after the root has.
  CHECK(support::eventually([&] { return !node.client->health(); }));
  CHECK(node.client->unresponsive() == std::vector<std::string>{"node"});
}
