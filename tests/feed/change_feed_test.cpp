#include "feed/change_feed.hpp"
#include "tests/feed/fake_history.hpp"
#include "tests/feed/sent_text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::feed;
using namespace std::chrono_literals;

namespace {

const time_point start{1h};

encoded_change told(std::int64_t id, const std::string& host = "a") {
  auto row = fakes::growing_history::change(host);
  row.id = id;
  return tell(std::move(row), "{\"id\":" + std::to_string(id) + "}");
}

} // namespace

TEST_CASE("a change is told as an event with its cursor, once encoded for all subscribers") {
  change_feed feed;
  const auto one = feed.add({}, "", start);
  const auto two = feed.add({}, "", start);
  drain(feed, one, start);
  drain(feed, two, start);
  feed.take(tail_answer{.after = 0, .changes = {told(7)}, .upto = 9}, start);
  std::vector<std::string_view> first, second;
  feed.waiting(one).pieces(first, 10);
  feed.waiting(two).pieces(second, 10);
  REQUIRE(first.size() == 1);
  REQUIRE(second.size() == 1);
  CHECK(first[0] == "id: 7\nevent: change\ndata: {\"id\":7}\n\n");
  CHECK(first[0].data() == second[0].data());
  CHECK(feed.tail() == 9);
}

TEST_CASE("a subscriber gets only what its filter lets through, and begins after its cursor") {
  change_feed feed;
  persistence::change_filter host_a;
  host_a.host = "a";
  const auto of_a = feed.add({.which = host_a, .after = 10, .now = 10}, "", start);
  const auto later = feed.add({.after = 12, .now = 10}, "", start);
  feed.take(tail_answer{.after = 10, .changes = {told(11), told(12, "b"), told(13)}, .upto = 13},
            start);
  CHECK(ids_in(drain(feed, of_a, start)) == std::vector<std::int64_t>{11, 13});
  CHECK(ids_in(drain(feed, later, start)) == std::vector<std::int64_t>{13});
}

TEST_CASE("a comment is due every 15 seconds, and nothing else happens meanwhile") {
  change_feed feed;
  const auto one = feed.add({}, "head", start);
  CHECK(drain(feed, one, start) == "head");
  CHECK(feed.next_tick() == start + 15s);
  feed.tick(start + 14s);
  CHECK(feed.waiting(one).empty());
  feed.tick(start + 15s);
  CHECK(drain(feed, one, start + 15s) == ": alive\nid: 0\n\n");
  CHECK(feed.next_tick() == start + 30s);
}

TEST_CASE("a subscriber whose connection takes nothing for 10 seconds is cut off, others are not") {
  change_feed feed;
  const auto slow = feed.add({}, "head", start);
  const auto good = feed.add({}, "head", start);
  drain(feed, slow, start);
  drain(feed, good, start);
  feed.take(tail_answer{.after = 0, .changes = {told(1)}, .upto = 1}, start + 1s);
  CHECK(ids_in(drain(feed, good, start + 1s)).size() == 1);
  CHECK(feed.next_tick() == start + 11s);
  feed.tick(start + 10s);
  CHECK(feed.take_cut_off().empty());
  feed.tick(start + 11s);
  CHECK(feed.take_cut_off() == std::vector{slow});
  CHECK(feed.size() == 1);
}

TEST_CASE("one byte at a time does not keep up either") {
  change_feed feed;
  const auto slow = feed.add({}, std::string(1000, 'x'), start);
  for (int i = 1; i < 10; ++i) {
    feed.sent(slow, 1, start + i * 1s);
    feed.tick(start + i * 1s);
  }
  CHECK(feed.size() == 1);
  feed.tick(start + 10s);
  CHECK(feed.size() == 0);
}

TEST_CASE("what waits for a subscriber is bounded, and it gets the rest as it takes the first") {
  feed_limits limits;
  limits.subscriber.waiting_bytes = 200;
  change_feed feed{limits};
  const auto one = feed.add({}, "", start);
  drain(feed, one, start);
  std::vector<encoded_change> many;
  for (int i = 1; i <= 100; ++i)
    many.push_back(told(i));
  feed.take(tail_answer{.after = 0, .changes = std::move(many), .upto = 100}, start);
  std::vector<std::string_view> waiting;
  feed.waiting(one).pieces(waiting, 1000);
  CHECK(waiting.size() < 10);
  CHECK(ids_in(drain(feed, one, start)).size() == 100);
}

TEST_CASE("a cursor that can't be resumed gives one reset with the reason, and goes on from now") {
  change_feed feed;
  const auto one = feed.add({.after = 50, .now = 50, .reset = "it is \"too\" old"}, "", start);
  CHECK(drain(feed, one, start)
        == "id: 50\nevent: reset\ndata: {\"reason\":\"it is \\\"too\\\" old\"}\n\n");
  feed.take(tail_answer{.after = 50, .changes = {told(51)}, .upto = 51}, start);
  CHECK(ids_in(drain(feed, one, start)) == std::vector<std::int64_t>{51});
}

TEST_CASE("changes that were trimmed before they were read are a reset for everyone") {
  change_feed feed;
  const auto one = feed.add({}, "", start);
  feed.take(tail_answer{.after = 0, .changes = {}, .upto = 30, .has_gap = true}, start);
  const auto text = drain(feed, one, start);
  CHECK(text.starts_with("id: 30\nevent: reset\n"));
  feed.take(tail_answer{.after = 30, .changes = {told(31)}, .upto = 31}, start);
  CHECK(ids_in(drain(feed, one, start)) == std::vector<std::int64_t>{31});
}

TEST_CASE("a page that was trimmed while it was read is a reset") {
  change_feed feed;
  const auto one = feed.add({.after = 5, .now = 20}, "", start);
  drain(feed, one, start);
  const auto asked = feed.take_requests();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].after == 5);
  CHECK(asked[0].upto == 20);
  feed.take(
      page_answer{.subscriber = one, .after = 5, .changes = {told(9)}, .upto = 20, .trimmed = 8},
      start);
  CHECK(drain(feed, one, start).starts_with("id: 20\nevent: reset\n"));
}

TEST_CASE("a database that was restored is a reset for everyone, and its lesser ids are told") {
  change_feed feed;
  const auto one = feed.add({.after = 40, .now = 40}, "", start);
  const auto behind = feed.add({.after = 5, .now = 40}, "", start);
  drain(feed, one, start);
  drain(feed, behind, start);
  REQUIRE(feed.take_requests().size() == 1);
  feed.take(tail_answer{.after = 40, .changes = {}, .upto = 7, .is_other_database = true}, start);
  CHECK(drain(feed, one, start).starts_with("id: 7\nevent: reset\n"));
  CHECK(drain(feed, behind, start).starts_with("id: 7\nevent: reset\n"));
  // What was read of the database before comes too late.
  feed.take(page_answer{.subscriber = behind, .after = 5, .changes = {told(6)}, .upto = 40}, start);
  feed.take(tail_answer{.after = 7, .changes = {told(8)}, .upto = 8}, start);
  CHECK(ids_in(drain(feed, one, start)) == std::vector<std::int64_t>{8});
  CHECK(ids_in(drain(feed, behind, start)) == std::vector<std::int64_t>{8});
}

TEST_CASE("a page that fails is asked for again a second later") {
  change_feed feed;
  const auto one = feed.add({.after = 5, .now = 20}, "", start);
  drain(feed, one, start);
  REQUIRE(feed.take_requests().size() == 1);
  feed.take(page_answer{.subscriber = one, .after = 5, .changes = {}, .upto = 5, .failed = true},
            start);
  CHECK(feed.take_requests().empty());
  CHECK(feed.next_tick() == start + 1s);
  feed.tick(start + 1s);
  CHECK(feed.take_requests().size() == 1);
}

TEST_CASE("health is told to everyone without a cursor, so that a client resumes where it was") {
  change_feed feed;
  const auto one = feed.add({}, "", start);
  drain(feed, one, start);
  feed.health_changed(R"({"status":"degraded"})", start);
  CHECK(drain(feed, one, start) == "event: health\ndata: {\"status\":\"degraded\"}\n\n");
}

TEST_CASE("answers to questions of former subscribers bring no gap and no double") {
  change_feed feed;
  feed.remove(feed.add({.after = 10, .now = 10}, "", start));
  const auto one = feed.add({.after = 20, .now = 20}, "", start);
  feed.take(tail_answer{.after = 30, .changes = {told(31)}, .upto = 31}, start);
  CHECK(ids_in(drain(feed, one, start)).empty());
  feed.take(tail_answer{.after = 10, .changes = {told(11), told(21)}, .upto = 21}, start);
  CHECK(ids_in(drain(feed, one, start)) == std::vector<std::int64_t>{21});
  feed.take(tail_answer{.after = 20, .changes = {told(21), told(22)}, .upto = 22}, start);
  CHECK(ids_in(drain(feed, one, start)) == std::vector<std::int64_t>{22});
}
