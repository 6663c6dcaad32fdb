#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

using namespace volumeviz;

namespace {

const std::vector<std::string> inventory_paths{"/api/v1/volumes", "/api/v1/containers",
                                               "/api/v1/mounts", "/api/v1/hosts"};

/// Blocks calls until the test releases them.
class gate {
public:
  void pass() {
    std::unique_lock lock{mutex_};
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  bool wait_for(int callers) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return waiting_ >= callers; });
  }
  void open() {
    std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

} // namespace

TEST_CASE("the query reaches the database decoded, and the answer is a page of rows") {
  fakes::node node;
  fakes::inventory rows;
  rows.volume_page.items.resize(2);
  rows.volume_page.next = "more";
  auto server = fakes::serve(node, &rows);
  const auto answer = ask(
      server->port(), "GET",
      "/api/v1/"
      "volumes?limit=2&host=h%201&orphaned=true&driver=local&label=com.x%2Fy=a=b%3Dc&cursor=c+d");
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
  CHECK(answer->body.find(R"("next":"more"})") != std::string::npos);
  const auto query = rows.last();
  CHECK(query.limit == 2);
  CHECK(query.host == "h 1");
  CHECK(query.orphaned);
  CHECK(query.driver == "local");
  CHECK(query.cursor == "c d");
  CHECK(query.label == std::pair<std::string, std::string>{"com.x/y", "a=b=c"});
}

TEST_CASE("invalid queries are 400 with a sentence") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows);
  for (const auto* odd :
       {"?limit=0", "?limit=1001", "?limit=", "?limit=abc", "?limit=1&limit=2", "?limit=%31%00",
        "?limit=1;drop", "?unknown=1", "?host=%ff", "?host=%00", "?cursor=%c0%80", "?limit",
        "?%00=1", "?=", "?limit=+1", "?limit=99999999999999999999999999", "?host=%ed%a0%80"})
    for (const auto& path : inventory_paths) {
      CAPTURE(path);
      CAPTURE(std::string{odd});
      const auto answer = ask(server->port(), "GET", path + odd);
      REQUIRE(answer.has_value());
      CHECK(answer->status == 400);
      CHECK(answer->body.rfind(R"({"error":")", 0) == 0);
    }
  for (const auto* harmless : {"?", "?&&", "?limit=1#limit=0", "?host=", "?host=%F0%9F%98%80",
                               "?host=a?b", "?host=%27%3B--", "?cursor=&limit=1000"})
    for (const auto& path : inventory_paths) {
      CAPTURE(path);
      CAPTURE(std::string{harmless});
      CHECK(ask(server->port(), "GET", path + harmless)->status == 200);
    }
}

TEST_CASE("a failure of the database is a status and a sentence, without details") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows);
  rows.state = fail(ec::store_unreachable, "the database does not answer");
  for (const auto& path : inventory_paths) {
    const auto answer = ask(server->port(), "GET", path);
    CHECK(answer->status == 503);
    CHECK(answer->body == R"({"error":"the database does not answer"})");
  }
  rows.state = fail(ec::bad_request, "that cursor is not one of ours");
  CHECK(ask(server->port(), "GET", "/api/v1/mounts?cursor=x")->status == 400);
  rows.state = fail(ec::store_schema, "the schema is newer than this program");
  CHECK(ask(server->port(), "GET", "/api/v1/hosts")->status == 503);
  rows.state = {};
  CHECK(ask(server->port(), "GET", "/api/v1/hosts")->status == 200);
}

TEST_CASE("a node without a database answers the paths of rows with 404 and the reason") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  for (const auto& path : inventory_paths) {
    const auto answer = ask(server->port(), "GET", path);
    CHECK(answer->status == 404);
    CHECK(answer->body.find("hub") != std::string::npos);
    CHECK(ask(server->port(), "POST", path)->status == 405);
  }
}

TEST_CASE("a database that hangs leaves threads for health and metrics") {
  fakes::node node;
  fakes::inventory rows;
  gate hanging;
  rows.before = [&] { hanging.pass(); };
  auto server = fakes::serve(node, &rows);
  std::vector<raw_client> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.emplace_back(server->port());
    waiting.back().send("GET /api/v1/volumes HTTP/1.1\r\n\r\n");
  }
  REQUIRE(hanging.wait_for(5));
  for (int i = 0; i < 20; ++i) {
    const auto busy = ask(server->port(), "GET", inventory_paths[static_cast<std::size_t>(i) % 4]);
    REQUIRE(busy.has_value());
    CHECK(busy->status == 503);
    CHECK(busy->headers.contains("retry-after"));
    CHECK(ask(server->port(), "GET", "/api/v1/health")->status == 200);
    CHECK(ask(server->port(), "GET", "/metrics")->status == 200);
  }
  hanging.open();
  for (auto& client : waiting) {
    const auto answer = client.read();
    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
  }
  CHECK(ask(server->port(), "GET", "/api/v1/volumes")->status == 200); // the places are free again
}

TEST_CASE("an answer of megabytes arrives whole, and a client that doesn't read it keeps no thread "
          "for long") {
  fakes::node node;
  fakes::inventory rows;
  rows.volume_page.items.resize(1000);
  for (auto& row : rows.volume_page.items)
    row.labels = R"({"big":")" + std::string(20'000, 'x') + "\"}";
  auto server = fakes::serve(node, &rows);
  const auto answer = ask(server->port(), "GET", "/api/v1/volumes?limit=1000");
  REQUIRE(answer.has_value());
  CHECK(answer->body.size() > 20'000'000);
  CHECK(answer->body.substr(answer->body.size() - 15) == R"(}],"next":null})");

  std::vector<raw_client> deaf;
  for (int i = 0; i < 12; ++i) { // more than there are threads
    deaf.emplace_back(server->port());
    deaf.back().send("GET /api/v1/volumes?limit=1000 HTTP/1.1\r\n\r\n");
  }
  const auto health = ask(server->port(), "GET", "/api/v1/health");
  REQUIRE(health.has_value());
  CHECK(health->status == 200);
}
