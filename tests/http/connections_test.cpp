#include "http/listener.hpp"
#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include <zlib.h>

using namespace volumeviz;
using namespace std::chrono_literals;

namespace {

using steady = std::chrono::steady_clock;

// What a server without a node answers to it.
const std::string alive = R"({"status":"ok","reasons":[]})";
const std::string get_live = "GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::string unpacked(std::string text) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string result(1'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  inflateEnd(&stream);
  result.resize(stream.total_out);
  return result;
}

/// A server with short limits, so that tests are fast.
std::unique_ptr<http::server> impatient_server() {
  http::listener_limits limits;
  limits.idle = {.connections = 20,
                 .first_byte = 300ms,
                 .next_request = 300ms,
                 .whole_head = 300ms,
                 .half_closed = 200ms};
  auto started = http::listen({"127.0.0.1", 0}, limits, [](const http::request&) {
    return http::response{.status = 200, .body = alive, .headers = {}};
  });
  REQUIRE(started.has_value());
  return std::move(*started);
}

} // namespace

TEST_CASE("requests on one connection are answered in order, sent one by one or all at once") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  raw_client client{server->port()};
  for (int i = 0; i < 20; ++i) {
    REQUIRE(client.send(get_live));
    const auto answer = client.read();
    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
    CHECK(answer->headers.contains("keep-alive"));
  }
  std::string many;
  for (int i = 0; i < 50; ++i)
    many += i % 2 == 0 ? get_live : "GET /nothing HTTP/1.1\r\n\r\n";
  REQUIRE(client.send(many));
  for (int i = 0; i < 50; ++i) {
    const auto answer = client.read();
    REQUIRE(answer.has_value());
    CHECK(answer->status == (i % 2 == 0 ? 200 : 404));
  }
}

TEST_CASE("a request in single bytes is answered") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  raw_client client{server->port()};
  for (char c : "\r\n" + get_live)
    REQUIRE(client.send(std::string(1, c)));
  REQUIRE(client.read().has_value());
}

TEST_CASE("a client that has closed its side still gets its answer") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  raw_client client{server->port()};
  client.send("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n");
  client.end_output();
  const auto answer = client.read();
  REQUIRE(answer.has_value());
  CHECK(answer->headers.at("connection") == "close");
  CHECK(client.ends());
}

TEST_CASE("a long answer is compressed for a client that accepts gzip") {
  fakes::node node;
  std::string text;
  for (int i = 0; i < 2000; ++i)
    text += "a_metric_of_some_name{label=\"" + std::to_string(i) + "\"} 1\n";
  node.metrics_text = [&] { return text; };
  auto server = fakes::serve(node, nullptr);
  const auto packed = ask(server->port(), "GET", "/metrics", "Accept-Encoding: br, gzip\r\n");
  REQUIRE(packed.has_value());
  CHECK(packed->headers.at("content-encoding") == "gzip");
  CHECK(packed->headers.at("vary") == "Accept-Encoding");
  CHECK(packed->headers.at("content-type").starts_with("text/plain"));
  CHECK(packed->body.size() < text.size() / 4);
  CHECK(unpacked(packed->body) == text);
  const auto plain = ask(server->port(), "GET", "/metrics");
  CHECK(plain->body == text);
  CHECK(plain->headers.at("vary") == "Accept-Encoding");
  const auto little =
      ask(server->port(), "GET", "/api/v1/health/live", "Accept-Encoding: gzip\r\n");
  CHECK_FALSE(little->headers.contains("content-encoding"));
}

TEST_CASE("requests for ranges and for codings other than gzip get the plain answer") {
  fakes::node node;
  node.metrics_text = [] { return std::string(10'000, '#') + "\n"; };
  auto server = fakes::serve(node, nullptr);
  for (const auto* header : {"Accept-Encoding: br, deflate\r\n", "Accept-Encoding: gzip;q=0\r\n",
                             "Range: bytes=0-1\r\n", "Range: nonsense\r\n"}) {
    const auto answer = ask(server->port(), "GET", "/metrics", header);
    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
    CHECK(answer->body.size() == 10'001);
    CHECK_FALSE(answer->headers.contains("content-encoding"));
  }
}

TEST_CASE("endless request lines and headers are refused early") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  const std::vector<std::pair<std::string, int>> kinds{
      {"GET /", 414}, {"GET / HTTP/1.1\r\nA: ", 431}, {"GET / HTTP/1.1\r\n", 431}};
  for (const auto& [begin, status] : kinds) {
    raw_client client{server->port()};
    client.send(begin);
    const std::string chunk = begin.back() == '\n' ? "A: b\r\n" : std::string(6, 'a');
    std::string flood;
    while (flood.size() < 40'000)
      flood += chunk;
    client.send(flood);
    const auto answer = client.read();
    REQUIRE(answer.has_value());
    CHECK(answer->status == status);
    CHECK(answer->body.rfind(R"({"error":")", 0) == 0);
    // The server drops further input and ends the connection, although the client never stops.
    bool ended = false;
    for (const auto since = steady::now(); !ended && steady::now() - since < 10s;)
      ended = !client.send(flood);
    CHECK(ended);
  }
}

TEST_CASE("an incomplete request is 408, and a silent connection is closed") {
  auto server = impatient_server();
  raw_client silent{server->port()};
  raw_client half{server->port()};
  half.send("GET / HTTP/1.1\r\nHost:");
  const auto answer = half.read();
  REQUIRE(answer.has_value());
  CHECK(answer->status == 408);
  CHECK(half.ends());
  CHECK_FALSE(silent.read().has_value());
  CHECK(silent.ends());
  raw_client used{server->port()};
  used.send(get_live);
  REQUIRE(used.read().has_value());
  CHECK(used.ends(5s)); // nothing more was asked
}

TEST_CASE("a client that sends byte by byte is ended by the deadline of the whole head") {
  auto server = impatient_server();
  raw_client client{server->port()};
  const auto begin = steady::now();
  bool taken = true;
  std::optional<raw_answer_read> answer;
  while (taken && !answer && steady::now() - begin < 10s) {
    taken = client.send("G");
    answer = client.read(false, 20ms); // also the pause between two bytes
  }
  CHECK(steady::now() - begin < 8s);
  REQUIRE(answer.has_value());
  CHECK(answer->status == 408);
}

TEST_CASE("a thousand idle and two hundred slow connections don't delay a request") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  std::deque<raw_client> others;
  for (int i = 0; i < 200; ++i) {
    others.emplace_back(server->port());
    others.back().send("GET / HT");
  }
  const auto after_dripping = steady::now();
  REQUIRE(ask(server->port(), "GET", "/api/v1/health").has_value());
  CHECK(steady::now() - after_dripping < 2s);
  // The test's own descriptors are limited, too: it opens a thousand connections in rounds, and
  // closes those that the server has ended.
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 200; ++i)
      others.emplace_back(server->port());
    const auto begin = steady::now();
    const auto answer = ask(server->port(), "GET", "/api/v1/health");
    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
    CHECK(steady::now() - begin < 2s);
    while (others.size() > 400)
      others.pop_front();
  }
}

TEST_CASE("the number of idle connections is bounded: the one that is idle longest is closed") {
  auto server = impatient_server();
  std::vector<raw_client> others;
  for (int i = 0; i < 21; ++i)
    others.emplace_back(server->port());
  CHECK(others.front().ends());
  others.back().send(get_live);
  CHECK(others.back().read().has_value());
}

TEST_CASE("many clients at once are all answered") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 16; ++i)
      clients.emplace_back([&] {
        raw_client client{server->port()};
        for (int k = 0; k < 100; ++k) {
          const auto answer = client.send(get_live) ? client.read() : std::nullopt;
          if (answer && answer->status == 200)
            ++good;
        }
      });
  }
  CHECK(good == 1600);
}

TEST_CASE("requests beyond the queue are 503, and the server recovers") {
  std::promise<void> open;
  auto opened = open.get_future().share();
  http::listener_limits limits;
  limits.threads = 2;
  limits.queued_requests = 4;
  auto server = http::listen({"127.0.0.1", 0}, limits, [opened](const http::request&) {
    opened.wait();
    return http::response{.status = 200, .body = alive, .headers = {}};
  });
  REQUIRE(server.has_value());
  std::vector<raw_client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back((*server)->port());
    clients.back().send(get_live);
  }
  // Of twenty requests at most six have a thread or a place in the queue: some must be refused.
  int refused = 0;
  for (auto& client : clients)
    if (auto answer = client.read(false, refused == 0 ? 1000ms : 200ms);
        answer && answer->status == 503)
      ++refused;
  CHECK(refused >= 14);
  open.set_value();
  // The queued requests are served first; meanwhile further ones may be refused.
  std::optional<int> status;
  for (auto bound = std::chrono::steady_clock::now() + 10s;
       status != 200 && std::chrono::steady_clock::now() < bound;)
    if (auto answer = ask((*server)->port(), "GET", "/api/v1/health/live"))
      status = answer->status;
  CHECK(status == 200);
}
