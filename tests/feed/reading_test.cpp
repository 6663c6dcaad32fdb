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

void commit(fakes::growing_history& rows, int changes) {
  for (int i = 0; i < changes; ++i)
    rows.commit(fakes::growing_history::change());
}

page_request page_to(std::int64_t upto) {
  return {.subscriber = 1, .which = {}, .after = 0, .upto = upto, .is_part = false, .most = 10};
}

} // namespace

TEST_CASE("a page ends where the feed has read itself, so that no change comes twice") {
  fakes::growing_history rows;
  commit(rows, 5);
  const auto page = read_page(rows, page_to(3), json_of);
  CHECK(page.changes.size() == 3);
  CHECK(page.upto == 3);
}

TEST_CASE("a page ends where changes are not settled any more, although they were before") {
  fakes::growing_history rows;
  commit(rows, 5);
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
  commit(rows, 9);
  auto what = page_to(4);
  what.is_part = true;
  what.which.host = "nowhere";
  CHECK(read_page(rows, what, json_of).upto == 4);
}

TEST_CASE("the newest changes come up to the settled bound, and a failure is no news") {
  fakes::growing_history rows;
  rows.commit(fakes::growing_history::change());
  const auto late = rows.draw();
  rows.commit(fakes::growing_history::change());
  auto news = read_newest(rows, {.after = 0}, json_of);
  CHECK(news.answer.changes.size() == 1);
  CHECK(news.answer.upto == 1);
  rows.finish(late, false, {});
  news = read_newest(rows, news.next, json_of);
  CHECK(news.answer.changes.size() == 1);
  CHECK(news.answer.upto == 3);
  CHECK_FALSE(news.more);
  rows.fail_with(fail(ec::store_unreachable, "away"));
  CHECK(read_newest(rows, {.after = 1}, json_of).answer.upto == 1);
  CHECK(read_page(rows, page_to(3), json_of).failed);
}

TEST_CASE("a database that has gone back is told, with where it is now") {
  fakes::growing_history rows;
  commit(rows, 5);
  rows.restore(2);
  const auto news = read_newest(rows, {.after = 5}, json_of);
  CHECK(news.answer.is_other_database);
  CHECK(news.answer.upto == 2);
  CHECK_FALSE(read_newest(rows, news.next, json_of).answer.is_other_database);
}

TEST_CASE("a database is another one when it gives the last change's id to another change") {
  for (const int kept : {0, 2, 4})
    for (const int anew : {1, 3, 9}) {
      CAPTURE(kept);
      CAPTURE(anew);
      fakes::growing_history rows;
      commit(rows, 5);
      // Followed from the beginning, or from the last change on.
      auto read = read_newest(rows, {.after = 0}, json_of);
      auto followed = read_newest(rows, {.after = 5}, json_of);
      CHECK(read.next.last == followed.next.last);
      rows.restore(kept);
      commit(rows, anew);
      for (const auto* before : {&read, &followed}) {
        const auto news = read_newest(rows, before->next, json_of);
        CHECK(news.answer.is_other_database);
        CHECK(news.answer.changes.empty());
        CHECK(news.answer.upto == kept + anew);
        commit(rows, 1);
        CHECK(read_newest(rows, news.next, json_of).answer.changes.size() == 1);
        rows.restore(kept + anew);
      }
    }
}

TEST_CASE("a last change that is trimmed, or not settled for a while, is no other database") {
  fakes::growing_history rows;
  commit(rows, 3);
  auto place = read_newest(rows, {.after = 0}, json_of).next;
  const auto late = rows.draw(2);
  auto news = read_newest(rows, place, json_of);
  CHECK_FALSE(news.answer.is_other_database);
  CHECK(news.answer.upto == 3);
  rows.finish(late, true, fakes::growing_history::change());
  news = read_newest(rows, news.next, json_of);
  CHECK(news.answer.changes.size() == 1);
  rows.trim(4);
  commit(rows, 2);
  news = read_newest(rows, news.next, json_of);
  CHECK_FALSE(news.answer.is_other_database);
  CHECK_FALSE(news.answer.has_gap);
  CHECK(news.answer.changes.size() == 2);
}

TEST_CASE("changes that fill a page each are all read") {
  fakes::growing_history rows;
  rows.give_at_most(1);
  commit(rows, 4);
  newest_changes news{.answer = {}, .next = {.after = 1}, .more = true};
  std::size_t found = 0;
  for (int i = 0; i < 10 && news.more; ++i) {
    news = read_newest(rows, news.next, json_of);
    found += news.answer.changes.size();
  }
  CHECK(found == 3);
  CHECK_FALSE(news.more);
}

TEST_CASE("changes that are trimmed unread are a gap, those that were read before are none") {
  fakes::growing_history rows;
  commit(rows, 5);
  rows.trim(3);
  CHECK_FALSE(read_newest(rows, {.after = 3}, json_of).answer.has_gap);
  const auto news = read_newest(rows, {.after = 2}, json_of);
  CHECK(news.answer.has_gap);
  CHECK(news.answer.changes.empty());
  CHECK(news.answer.upto == 5);
}
