// The command watch beside a real node.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::seconds;

namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

void follows_a_node(database_kind kind) {
  stage on{kind};
  const variables at{{"HTTP_LISTEN", "127.0.0.1:" + std::to_string(free_port())}};
  on.start_node(at);
  program watch{program_path(), at, {"watch"}};
  program as_json{program_path(), at, {"watch", "--json", "--volume", "shop-orders"}};
  REQUIRE(
      eventually([&] { return on.http().metrics()["volumeviz_events_feed_subscribers"] == 2; }));

  on.docker.create_volume("shop-orders");
  const auto id = on.docker.run({.name = "shop-web", .mounts = {{"shop-orders", "/data"}}});
  CHECK(eventually([&] {
    return count_of(watch.output(), "  volume shop-orders attached to shop-web at /data (rw)") == 1;
  }));
  CHECK(count_of(watch.output(), "  volume shop-orders created") == 1);
  CHECK(eventually([&] { return count_of(as_json.output(), "\n") == 2; }));

  on.node().signal(SIGKILL);
  on.node().wait(seconds{5});
  on.docker.remove(id);
  on.start_node(at);
  CHECK(eventually([&] {
    return count_of(watch.output(), "  volume shop-orders detached from shop-web at /data") == 1;
  }));
  CHECK(count_of(watch.output(), "  volume shop-orders attached to") == 1);
  INFO(watch.output());
  CHECK(count_of(watch.output(), "  volume shop-orders created") == 1);
  CHECK(count_of(watch.log(), "connection lost to http://" + at.at("HTTP_LISTEN")) == 1);
  CHECK(count_of(watch.log(), "connected again to") == 1);
  CHECK(eventually([&] { return count_of(as_json.output(), "\n") == 3; }));

  watch.signal(SIGINT);
  CHECK(watch.wait(seconds{5}) == 0);
  as_json.signal(SIGTERM);
  CHECK(as_json.wait(seconds{5}) == 0);
}

} // namespace

TEST_CASE("watch tells each change once, also after the node was killed, and ends on a signal") {
  SUBCASE("SQLite") {
    follows_a_node(database_kind::sqlite);
  }
  SUBCASE("PostgreSQL") {
    follows_a_node(database_kind::postgres);
  }
}

TEST_CASE("watch ends with 2 for a wrong address, and with 1 when the node refuses for good") {
  const auto odd = run_program(program_path(), {"watch", "--url", "nonsense"});
  CHECK(odd.exit_code == 2);
  CHECK(odd.errors.find("http://HOST:PORT") != std::string::npos);
  stage on{database_kind::sqlite};
  on.start_node({{"HTTP_AUTH_TOKEN", "secret"}});
  const auto url = "http://127.0.0.1:" + std::to_string(on.node().port());
  const auto refused = run_program(program_path(), {"watch", "--url", url});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.find("HTTP_AUTH_TOKEN") != std::string::npos);
}
