#include "tests/feed/fake_history.hpp"
#include "tests/http/event_client.hpp"
#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <sys/resource.h>

using namespace volumeviz;
using namespace std::chrono_literals;

namespace {

/// A server with a history, and the numbers that it tells.
class streaming {
public:
  streaming() : streaming{""} {}
  explicit streaming(const std::string& token) {
    auto started =
        http::start({.listen = {"127.0.0.1", 0},
                     .auth_token = token,
                     .feed = {.commits = commits,
                              .subscribers = [this](std::size_t now) { subscribers = now; },
                              .cut_off = [this](std::size_t more) { cut_off += more; }}},
                    node, {&rows, &past});
    REQUIRE(started.has_value());
    server = std::move(*started);
  }

  std::int64_t commit(const std::string& host = "a") {
    const auto id = past.commit(fakes::growing_history::change(host));
    commits->ring();
    return id;
  }
  std::uint16_t port() const { return server->port(); }

  fakes::node node;
  fakes::inventory rows;
  fakes::growing_history past;
  std::shared_ptr<bell> commits = std::make_shared<bell>();
  std::atomic<std::size_t> subscribers{0};
  std::atomic<std::size_t> cut_off{0};
  std::unique_ptr<http::server> server;
};

std::size_t threads_of_this_process() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}));
}

} // namespace

TEST_CASE("a stream tells each change after its begin, with its cursor and the list's JSON") {
  streaming all;
  all.commit();
  event_client client{all.port()};
  REQUIRE(client.begins());
  CHECK(client.head().find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(client.head().find("Content-Length") == std::string::npos);
  const auto id = all.commit();
  const auto event = client.next("change");
  REQUIRE(event.has_value());
  CHECK(event->id == std::to_string(id));
  CHECK(event->data.starts_with("{\"id\":" + event->id + ",\"host\":\"a\","));
  CHECK(event->data
        == ask(all.port(), "GET", "/api/v1/changes?order=asc&after=1")
               ->body.substr(10, event->data.size()));
}

TEST_CASE("the filters of the list are those of the stream") {
  streaming all;
  event_client of_b{all.port(), "?host=b&kind=volume&operation=create&source=event"};
  event_client none{all.port(), "?container=0123456789ab"};
  REQUIRE(of_b.begins());
  REQUIRE(none.begins());
  all.commit("a");
  const auto id = all.commit("b");
  CHECK(of_b.next("change")->id == std::to_string(id));
  const auto of_container =
      all.past.commit(fakes::growing_history::change("a", "0123456789abcdef"));
  all.commits->ring();
  CHECK(none.next("change")->id == std::to_string(of_container));
}

TEST_CASE("a cursor resumes without a gap or a double, and the header wins over the query") {
  streaming all;
  for (int i = 0; i < 300; ++i)
    all.commit();
  event_client client{all.port(), "?after=290", "Last-Event-ID: 100\r\n"};
  REQUIRE(client.begins());
  for (int i = 0; i < 50; ++i)
    all.commit();
  for (int expected = 101; expected <= 350; ++expected)
    REQUIRE(client.next("change")->id == std::to_string(expected));
}

TEST_CASE("a change of another program on the same database arrives without a commit of ours") {
  streaming all;
  event_client client{all.port()};
  REQUIRE(client.begins());
  const auto id = all.past.commit(fakes::growing_history::change());
  CHECK(client.next("change")->id == std::to_string(id));
}

TEST_CASE("a cursor of trimmed changes is one reset, then the stream goes on from now") {
  streaming all;
  for (int i = 0; i < 10; ++i)
    all.commit();
  all.past.trim(5);
  event_client edge{all.port(), "?after=5"};
  event_client old{all.port(), "?after=4"};
  REQUIRE(old.begins());
  REQUIRE(edge.begins());
  const auto reset = old.next("reset");
  REQUIRE(reset.has_value());
  CHECK(reset->id == "10");
  CHECK(reset->data.find("HISTORY_RETENTION") != std::string::npos);
  all.commit();
  CHECK(old.next("change")->id == "11");
  CHECK(edge.next("change")->id == "6");
}

TEST_CASE("invalid filters and cursors are 400 with a sentence, and end the connection") {
  streaming all;
  for (const auto* odd :
       {"?kind=image", "?operation=start", "?source=me", "?unknown=1", "?after=x", "?after=-1",
        "?after=1", "?limit=5", "?host=a&host=b", "?host=%ff", "?after=99999999999999999999"}) {
    CAPTURE(std::string{odd});
    const auto answer = ask(all.port(), "GET", std::string{"/api/v1/changes/stream"} + odd);
    REQUIRE(answer.has_value());
    CHECK(answer->status == 400);
    CHECK(answer->body.starts_with(R"({"error":")"));
    CHECK(answer->headers.at("connection") == "close");
  }
  const auto header =
      ask(all.port(), "GET", "/api/v1/changes/stream", "Last-Event-ID: yesterday\r\n");
  CHECK(header->status == 400);
  CHECK(header->body.find("Last-Event-ID") != std::string::npos);
}

TEST_CASE("the stream needs the token, answers HEAD without a body, and refuses other methods") {
  streaming all{"secret"};
  const std::string path = "/api/v1/changes/stream";
  const auto foreign = ask(all.port(), "GET", path);
  REQUIRE(foreign.has_value());
  CHECK(foreign->status == 401);
  CHECK(foreign->headers.at("www-authenticate") == "Bearer");
  const std::string token = "Authorization: Bearer secret\r\n";
  event_client client{all.port(), "", token};
  CHECK(client.begins());
  const auto head = ask(all.port(), "HEAD", path + "/", token);
  REQUIRE(head.has_value());
  CHECK(head->status == 200);
  CHECK(head->headers.at("content-type") == "text/event-stream");
  const auto post = ask(all.port(), "POST", path, token);
  REQUIRE(post.has_value());
  CHECK(post->status == 405);
  CHECK(post->headers.at("allow") == "GET, HEAD");
}

TEST_CASE("without a history, and on an agent, the stream is 404 with the reason") {
  fakes::node node;
  fakes::inventory rows;
  const auto keeps_none = fakes::serve(node, &rows);
  auto answer = ask(keeps_none->port(), "GET", "/api/v1/changes/stream");
  REQUIRE(answer.has_value());
  CHECK(answer->status == 404);
  CHECK(answer->body.find("HISTORY_RETENTION") != std::string::npos);
  const auto agent = fakes::serve(node, nullptr);
  answer = ask(agent->port(), "GET", "/api/v1/changes/stream");
  REQUIRE(answer.has_value());
  CHECK(answer->status == 404);
  CHECK(answer->body.find("HUB_ADDRESS") != std::string::npos);
}

TEST_CASE("a database that is away is 503 at the begin, and a pause later") {
  streaming all;
  event_client client{all.port()};
  REQUIRE(client.begins());
  all.past.fail_with(fail(ec::store_unreachable, "the database does not answer"));
  CHECK(ask(all.port(), "GET", "/api/v1/changes/stream")->status == 503);
  const auto id = all.commit();
  all.past.fail_with({});
  CHECK(client.next("change")->id == std::to_string(id));
}

TEST_CASE("a change of the node's status is told, and a stream is not resumed from it") {
  streaming all;
  std::atomic<int> asked{0};
  std::atomic<bool> is_ill{false};
  all.node.health_of = [&] {
    auto report = fakes::healthy_report();
    if (is_ill)
      report.status = report.checks[1].status = health_status::unhealthy;
    ++asked; // the status of before is read by now
    return report;
  };
  event_client client{all.port()};
  REQUIRE(client.begins());
  REQUIRE(support::eventually([&] { return asked > 0; }));
  is_ill = true;
  const auto event = client.next("health");
  REQUIRE(event.has_value());
  CHECK(event->id.empty());
  CHECK(event->data.starts_with(R"({"status":"unhealthy",)"));
}

TEST_CASE("while nobody subscribes, the history is not read") {
  streaming all;
  {
    event_client client{all.port()};
    REQUIRE(client.begins());
    all.commit();
    REQUIRE(client.next("change").has_value());
  }
  REQUIRE(support::eventually([&] { return all.subscribers == 0; }));
  // Each subscriber's last reading may still run.
  all.commit();
  const auto before = all.past.reads();
  for (int i = 0; i < 100; ++i)
    all.commit();
  CHECK(all.past.reads() - before <= 1);
}

TEST_CASE("five hundred subscribers get every change, and cost no thread of their own") {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < 4096) {
    MESSAGE("too few descriptors: skipped");
    return;
  }
  const auto before = limit;
  limit.rlim_cur = 4096;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  {
    streaming all;
    std::deque<event_client> clients;
    clients.emplace_back(all.port());
    REQUIRE(clients.back().begins());
    const auto threads = threads_of_this_process();
    while (clients.size() < 500) {
      clients.emplace_back(all.port());
      REQUIRE(clients.back().begins());
    }
    CHECK(all.subscribers == 500);
    CHECK(threads_of_this_process() <= threads + 8); // the threads that answer requests
    for (int i = 0; i < 20; ++i)
      all.commit();
    for (auto& client : clients)
      for (int i = 1; i <= 20; ++i)
        REQUIRE(client.next("change")->id == std::to_string(i));
    // Other requests are answered all the while.
    CHECK(ask(all.port(), "GET", "/api/v1/health/live")->status == 200);
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("a subscriber beyond the limit is 503, and a place is free again when one leaves") {
  rlimit few{};
  ::getrlimit(RLIMIT_NOFILE, &few);
  const auto before = few;
  few.rlim_cur = 128; // half of them may be subscribers
  ::setrlimit(RLIMIT_NOFILE, &few);
  {
    streaming all;
    ::setrlimit(RLIMIT_NOFILE, &before);
    std::deque<event_client> clients;
    for (int i = 0; i < 64; ++i) {
      clients.emplace_back(all.port());
      REQUIRE(clients.back().begins());
    }
    const auto refused = ask(all.port(), "GET", "/api/v1/changes/stream");
    REQUIRE(refused.has_value());
    CHECK(refused->status == 503);
    clients.pop_front();
    CHECK(support::eventually([&] { return all.subscribers == 63; }));
    event_client next{all.port()};
    CHECK(next.begins());
  }
}

TEST_CASE("a stop ends the streams at once") {
  streaming all;
  event_client client{all.port()};
  REQUIRE(client.begins());
  const auto begin = std::chrono::steady_clock::now();
  all.server.reset();
  CHECK(std::chrono::steady_clock::now() - begin < 3s);
  CHECK(client.ends());
}
