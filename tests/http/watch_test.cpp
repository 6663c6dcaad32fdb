// What the command watch is made of: the parser of streams, the lines, and the client.
#include "http/change_line.hpp"
#include "http/event_parser.hpp"
#include "http/feed_client.hpp"
#include "tests/feed/fake_history.hpp"
#include "tests/http/fakes.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace volumeviz;

namespace {

struct parsed_stream {
  std::vector<std::pair<std::string, std::string>> events;
  std::string last_id;
};

parsed_stream parse_in_pieces(const std::string& text, std::size_t piece) {
  http::event_parser parser;
  parsed_stream all;
  for (std::size_t at = 0; at < text.size(); at += piece)
    REQUIRE(parser.parse(text.substr(at, piece), [&](const http::stream_event& x) {
      all.events.emplace_back(x.name, x.data);
      return true;
    }));
  all.last_id = parser.last_id();
  return all;
}

std::string line_of(const std::string& kind, const std::string& operation, const std::string& old,
                    const std::string& now, const std::string& more = "") {
  const auto line = http::change_line(
      R"({"id":1,"host":"web-1","kind":")" + kind + R"(","operation":")" + operation
          + R"(","volume_id":"shop-orders","container_id":"0123456789abcdef","mount_path":"/data",)"
            R"("name":")"
          + (kind == "volume" ? "shop-orders" : "shop-web")
          + R"(","image":"nginx:1.27","at":"2026-11-29T10:31:02.000000000Z","source":"event","old":)"
          + old + ",\"new\":" + now + more + "}",
      false);
  REQUIRE(line.size() > 9);
  CHECK(line[2] == ':'); // the time is local
  return line.substr(9);
}

} // namespace

TEST_CASE("a stream is read alike in pieces of any size") {
  const std::string text =
      "retry: 1000\nid: 4\n\n: alive\nid: 7\n\nid: 8\r\nevent: change\r\n"
      "data: {\"a\":1}\r\n\r\nevent: health\ndata: x\n\nid: 9\nevent: change\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const auto all = parse_in_pieces(text, piece);
    REQUIRE(all.events.size() == 2);
    CHECK(all.events[0] == std::pair<std::string, std::string>{"change", "{\"a\":1}"});
    CHECK(all.events[1].first == "health");
    CHECK(all.last_id == "8"); // event 9 has not arrived whole
  }
}

TEST_CASE("a cursor does not count before its event was taken") {
  http::event_parser parser;
  CHECK_FALSE(parser.parse("id: 5\nevent: change\ndata: x\n\n",
                           [](const http::stream_event&) { return false; }));
  CHECK(parser.last_id().empty());
}

TEST_CASE("each change has a line that people can read") {
  CHECK(line_of("mount", "create", "null", R"({"access_mode":"rw"})")
        == "web-1  volume shop-orders attached to shop-web at /data (rw)");
  CHECK(line_of("mount", "remove", R"({"access_mode":"rw"})", "null")
        == "web-1  volume shop-orders detached from shop-web at /data");
  CHECK(line_of("mount", "update", R"({"access_mode":"rw"})", R"({"access_mode":"ro"})")
        == "web-1  volume shop-orders now ro in shop-web at /data");
  CHECK(line_of("volume", "create", "null", R"({"driver":"local"})")
        == "web-1  volume shop-orders created");
  CHECK(line_of("volume", "create", "null", R"({"driver":"nfs"})")
        == "web-1  volume shop-orders created (nfs)");
  CHECK(line_of("volume", "remove", "{}", "null") == "web-1  volume shop-orders removed");
  CHECK(line_of("volume", "update", "{}", R"({"labels":{},"updated_at":"x"})")
        == "web-1  volume shop-orders changed: labels");
  CHECK(line_of("container", "create", "null", R"({"state":"created"})")
        == "web-1  container shop-web created from nginx:1.27");
  CHECK(line_of("container", "update", R"({"state":"created"})", R"({"state":"running"})")
        == "web-1  container shop-web started");
  CHECK(line_of("container", "update", R"({"state":"running"})",
                R"j({"state":"exited","status":"Exited (1)"})j")
        == "web-1  container shop-web stopped: Exited (1)");
  CHECK(line_of("container", "update", R"({"name":"a"})", R"({"name":"b"})")
        == "web-1  container shop-web renamed from a");
  CHECK(line_of("container", "remove", "{}", "null") == "web-1  container shop-web removed");
}

TEST_CASE("names can't bring escapes of a terminal into a line, and colours are only asked for") {
  const std::string evil =
      R"({"host":"a","kind":"volume","operation":"remove","name":"x\u001b[2J\u009b\n","old":{}})";
  const auto plain = http::change_line(evil, false);
  CHECK(plain.find('\x1b') == std::string::npos);
  CHECK(plain.find('\n') == std::string::npos);
  CHECK(plain.find("\xc2\x9b") == std::string::npos);
  CHECK(http::change_line(evil, true).find("\x1b[31mremoved\x1b[0m") != std::string::npos);
  CHECK_FALSE(http::change_line("nonsense", false).empty());
}

TEST_CASE("what only a list told has the beginning of its interval") {
  const auto with = [](const std::string& not_before) {
    return http::change_line(
        R"({"host":"a","kind":"volume","operation":"remove","name":"x","source":"reconciliation",)"
        R"("at":"2026-11-29T10:31:02Z","not_before":)"
            + not_before + "}",
        false);
  };
  CHECK(with("null").ends_with("removed (found by a list)"));
  CHECK(with("\"2026-11-29T10:01:00Z\"").find("removed (some time since ") != std::string::npos);
  CHECK(with("\"2026-11-29T10:31:02Z\"").ends_with("removed"));
}

TEST_CASE("a node's address is http or https with a host, and may have a path in front") {
  CHECK(http::parse_node_url("http://127.0.0.1:8080")->origin == "http://127.0.0.1:8080");
  CHECK(http::parse_node_url("https://a.example/node/")->prefix == "/node");
  for (const auto* odd : {"", "127.0.0.1:8080", "ftp://a", "http://", "http:///x", "http://a/?x"})
    CHECK_FALSE(http::parse_node_url(odd).has_value());
}

TEST_CASE("a client that reconnects gets every change once, also those in between") {
  fakes::node node;
  fakes::inventory rows;
  fakes::growing_history past;
  auto server = http::start({.listen = {"127.0.0.1", 0}, .auth_token = "t"}, node, {&rows, &past});
  REQUIRE(server.has_value());
  const auto port = (*server)->port();
  http::feed_client client{*http::parse_node_url("http://127.0.0.1:" + std::to_string(port)), "t",
                           "host=a"};
  std::mutex mutex;
  std::vector<std::string> seen;
  std::atomic<int> connections{0};
  std::atomic<bool> ends{false};
  std::thread follower{[&] {
    while (!ends)
      client.follow({.connected = [&] { ++connections; },
                     .event =
                         [&](const http::stream_event& x) {
                           std::lock_guard lock{mutex};
                           seen.push_back(x.data.substr(0, x.data.find(',')));
                         }});
  }};
  const auto count = [&] {
    std::lock_guard lock{mutex};
    return seen.size();
  };
  REQUIRE(support::eventually([&] { return connections == 1; }));
  server->reset();
  past.commit(fakes::growing_history::change());
  past.commit(fakes::growing_history::change("b"));
  server = http::start({.listen = {"127.0.0.1", port}, .auth_token = "t"}, node, {&rows, &past});
  REQUIRE(server.has_value());
  past.commit(fakes::growing_history::change());
  CHECK(support::eventually([&] { return count() == 2; }));
  ends = true;
  client.stop();
  follower.join();
  CHECK(seen == std::vector<std::string>{"{\"id\":1", "{\"id\":3"});
}

TEST_CASE("a cursor that a restored database does not know is dropped, and the feed goes on") {
  fakes::node node;
  fakes::inventory rows;
  fakes::growing_history past;
  for (int i = 0; i < 9; ++i)
    past.commit(fakes::growing_history::change());
  auto server = http::start({.listen = {"127.0.0.1", 0}, .auth_token = "t"}, node, {&rows, &past});
  REQUIRE(server.has_value());
  const auto port = (*server)->port();
  http::feed_client client{*http::parse_node_url("http://127.0.0.1:" + std::to_string(port)), "t",
                           ""};
  const http::feed_client::listener until_connected{
      .connected = [&] { past.commit(fakes::growing_history::change()); },
      .event = [&](const http::stream_event&) { server->reset(); }};
  std::thread first{[&] { CHECK_FALSE(client.follow(until_connected).is_refused); }};
  first.join();
  past.restore(3);
  server = http::start({.listen = {"127.0.0.1", port}, .auth_token = "t"}, node, {&rows, &past});
  REQUIRE(server.has_value());
  auto ended = client.follow(until_connected);
  CHECK(ended.cursor_unknown);
  CHECK_FALSE(ended.is_refused);
  CHECK(ended.why.find("the newest is 3") != std::string::npos);
  std::string got;
  client.follow({.connected = [&] { past.commit(fakes::growing_history::change()); },
                 .event =
                     [&](const http::stream_event& x) {
                       got = x.data.substr(0, x.data.find(','));
                       client.stop();
                     }});
  CHECK(got == "{\"id\":4");
}

TEST_CASE("a refusal for good is told with the node's sentence, others are worth another try") {
  fakes::node node;
  fakes::inventory rows;
  fakes::growing_history past;
  auto server = http::start({.listen = {"127.0.0.1", 0}, .auth_token = "t"}, node, {&rows, &past});
  REQUIRE(server.has_value());
  const auto where = http::parse_node_url("http://127.0.0.1:" + std::to_string((*server)->port()));
  const http::feed_client::listener deaf{.connected = [] {},
                                         .event = [](const http::stream_event&) {}};
  auto ended = http::feed_client{*where, "wrong", ""}.follow(deaf);
  CHECK(ended.is_refused);
  CHECK(ended.why.find("HTTP_AUTH_TOKEN") != std::string::npos);
  ended = http::feed_client{*where, "t", "kind=image"}.follow(deaf);
  CHECK(ended.is_refused);
  past.fail_with(fail(ec::store_unreachable, "the database does not answer"));
  ended = http::feed_client{*where, "t", ""}.follow(deaf);
  CHECK_FALSE(ended.is_refused);
  CHECK(ended.why == "the database does not answer");
  server->reset();
  CHECK_FALSE(http::feed_client{*where, "t", ""}.follow(deaf).is_refused);
}
