#include "feed/reading.hpp"
#include "tests/feed/fake_history.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;
using namespace volumeviz::feed;

namespace {

std::string json_of(const persistence::change_row& row) {
  return std::to_string(row.id);
}

page_request page_to(std::int64_t upto) {
  return {.subscriber = 1, .which = {}, .after = 0, .upto = upto, .is_part = false, .most = 10};
}

} // namespace

TEST_CASE("a page ends where the feed has read itself, so that no change comes twice") {
  fakes::growing_history rows;
  for (int i = 0; i < 5; ++i)
    rows.commit(fakes::growing_history::change());
  const auto page = read_page(rows, page_to(3), json_of);
  CHECK(page.changes.size() == 3);
  CHECK(page.upto == 3);
}

TEST_CASE("a page ends where changes are not settled any more, although they were before") {
  fakes::growing_history rows;
  for (int i = 0; i < 5; ++i)
    rows.commit(fakes::growing_history::change());
  rows.draw(3);
  const auto page = read_page(rows, page_to(5), json_of);
  CHECK(page.changes.size() == 2);
  CHECK(page.upto == 2);
}

TEST_CASE(
    "a page of a container's changes has at most as many as asked, and ends behind the last") {
  fakes::growing_history rows;
  for (int i = 0; i < 30; ++i) {
    rows.commit(fakes::growing_history::change());
    rows.commit(fakes::growing_history::change("a", "0123456789abcdef"));
  }
  auto what = page_to(60);
  what.which.container = "0123456789ab";
  auto page = read_page(rows, what, json_of);
  REQUIRE(page.changes.size() == 10);
  CHECK(page.upto == page.changes.back().row.id);
  what.after = 40;
  page = read_page(rows, what, json_of);
  CHECK(page.changes.size() == 10);
  CHECK(page.upto == 60);
}

TEST_CASE("a part of the way reads no further than its end") {
  fakes::growing_history rows;
  for (int i = 0; i < 9; ++i)
    rows.commit(fakes::growing_history::change());
  auto what = page_to(4);
  what.is_part = true;
  what.which.host = "nowhere";
  CHECK(read_page(rows, what, json_of).upto == 4);
}

TEST_CASE("the newest changes come up to the settled bound, and a failure is no news") {
  fakes::growing_history rows;
  bool more = false;
  rows.commit(fakes::growing_history::change());
  const auto late = rows.draw();
  rows.commit(fakes::growing_history::change());
  auto news = read_newest(rows, 0, json_of, more);
  CHECK(news.changes.size() == 1);
  CHECK(news.upto == 1);
  rows.finish(late, false, {});
  news = read_newest(rows, 1, json_of, more);
  CHECK(news.changes.size() == 1);
  CHECK(news.upto == 3);
  CHECK_FALSE(more);
  rows.fail_with(fail(ec::store_unreachable, "away"));
  CHECK(read_newest(rows, 1, json_of, more).upto == 1);
  CHECK(read_page(rows, page_to(3), json_of).failed);
}

TEST_CASE("a database that has gone back is told, with where it is now") {
  fakes::growing_history rows;
  bool more = false;
  for (int i = 0; i < 5; ++i)
    rows.commit(fakes::growing_history::change());
  rows.restore(2);
  const auto news = read_newest(rows, 5, json_of, more);
  CHECK(news.is_other_database);
  CHECK(news.upto == 2);
  CHECK_FALSE(read_newest(rows, 2, json_of, more).is_other_database);
}

TEST_CASE("changes that are trimmed unread are a gap, those that were read before are none") {
  fakes::growing_history rows;
  bool more = false;
  for (int i = 0; i < 5; ++i)
    rows.commit(fakes::growing_history::change());
  rows.trim(3);
  CHECK_FALSE(read_newest(rows, 3, json_of, more).has_gap);
  const auto news = read_newest(rows, 2, json_of, more);
  CHECK(news.has_gap);
  CHECK(news.changes.empty());
  CHECK(news.upto == 5);
}
