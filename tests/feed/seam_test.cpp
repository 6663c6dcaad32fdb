// The seam between the database and what happens now: random commits, late commits, readings,
// connections that take more or less, and subscribers that come and go.
// TEST_SEED plays the same story again.
#include "feed/reading.hpp"
#include "tests/feed/fake_history.hpp"
#include "tests/feed/sent_text.hpp"
#include "tests/support/deterministic_system.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::feed;
using namespace std::chrono_literals;

namespace {

std::string json_of(const persistence::change_row& row) {
  return "{\"id\":" + std::to_string(row.id) + "}";
}

struct follower {
  persistence::change_filter which;
  std::int64_t after = 0;
  std::string text;
};

class story {
public:
  explicit story(std::uint64_t seed) : random_{seed} {}

  void play(int steps) {
    for (int i = 0; i < steps; ++i)
      step();
    for (auto& [id, row] : std::exchange(open_, {}))
      rows_.finish(id, true, row);
    // Everyone catches up at the end.
    for (int i = 0; i < 800; ++i) {
      read_tail();
      deliver(answers_.size());
      pump();
      for (auto& [number, x] : followers_)
        x.text += drain(feed_, number, now_);
      now_ += 1s;
      feed_.tick(now_);
    }
    for (const auto& [number, x] : followers_)
      check(x, true);
  }

private:
  feed_limits small_limits() {
    feed_limits limits;
    limits.recent.changes = 1 + roll(4);
    limits.subscriber = {.waiting_bytes = 150,
                         .page = static_cast<int>(1 + roll(8)),
                         .page_ids = static_cast<std::int64_t>(3 + roll(200))};
    limits.patience = 1000h; // who is slow stays: only the order of what it gets is of interest
    return limits;
  }

  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }

  persistence::change_row some_change() {
    return fakes::growing_history::change(roll(3) == 0 ? "b" : "a",
                                          roll(2) == 0 ? "" : "0123456789abcdef");
  }

  void step() {
    now_ += 10ms;
    switch (roll(12)) {
    case 0:
    case 1:
      rows_.commit(some_change());
      break;
    case 2:
      open_.emplace_back(rows_.draw(roll(20)), some_change());
      break;
    case 3:
      if (!open_.empty()) {
        const auto at = open_.begin() + roll(static_cast<unsigned>(open_.size()));
        rows_.finish(at->first, roll(4) != 0, at->second);
        open_.erase(at);
      }
      break;
    case 4:
      read_tail();
      break;
    case 5:
      pump();
      break;
    case 6:
      deliver(1);
      break;
    case 7:
      take_some();
      break;
    case 8:
      if (roll(3) == 0)
        come_or_go();
      break;
    default: // connections that keep up
      for (int i = 0; i < 4; ++i)
        take_some();
      deliver(4);
      pump();
    }
  }

  void read_tail() {
    if (feed_.size() == 0)
      return;
    auto news = read_newest(rows_, reader_at_, json_of);
    reader_at_ = std::move(news.next);
    answers_.emplace_back(std::move(news.answer));
  }

  void pump() {
    for (auto& x : feed_.take_requests())
      answers_.emplace_back(read_page(rows_, x, json_of));
  }

  void deliver(std::size_t count) {
    for (; count > 0 && !answers_.empty(); --count) {
      auto next = std::move(answers_.front());
      answers_.pop_front();
      std::visit([this](auto& x) { feed_.take(std::move(x), now_); }, next);
    }
  }

  void take_some() {
    if (followers_.empty())
      return;
    auto& [number, x] =
        *std::next(followers_.begin(), roll(static_cast<unsigned>(followers_.size())));
    std::vector<std::string_view> pieces;
    feed_.waiting(number).pieces(pieces, 1);
    if (pieces.empty() || pieces[0].empty())
      return;
    const auto taken = pieces[0].substr(0, 1 + roll(static_cast<unsigned>(pieces[0].size())));
    x.text += taken;
    feed_.sent(number, taken.size(), now_);
  }

  void come_or_go() {
    if (!followers_.empty() && roll(2) == 0) {
      const auto it = std::next(followers_.begin(), roll(static_cast<unsigned>(followers_.size())));
      check(it->second);
      feed_.remove(it->first);
      // The connection was lost, and comes back with the last cursor that arrived whole.
      if (roll(2) == 0) {
        const auto ids = ids_in(it->second.text.substr(0, it->second.text.rfind("\n\n") + 1));
        left_ = {it->second.which, ids.empty() ? it->second.after : ids.back(), {}};
      }
      followers_.erase(it);
      return;
    }
    const auto settled = rows_.bounds({})->settled;
    auto x = left_ ? *std::exchange(left_, std::nullopt) : follower{};
    if (x.after == 0) {
      if (roll(2) == 0)
        x.which.host = "a";
      if (roll(3) == 0)
        x.which.container = "0123456789ab";
      x.after = roll(2) == 0 ? settled : static_cast<std::int64_t>(roll(20));
      x.after = std::min(x.after, settled);
    }
    const bool is_first = feed_.size() == 0;
    const auto number = feed_.add({.which = x.which, .after = x.after, .now = settled}, "", now_);
    if (is_first)
      reader_at_ = {.after = settled};
    followers_.emplace(number, std::move(x));
  }

  /// What arrived is the beginning of what the history has for the filter, without gap or double.
  void check(const follower& x, bool is_all = false) {
    std::vector<std::int64_t> expected;
    for (const auto& row : rows_.rows())
      if (row.id > x.after && matches(x.which, row))
        expected.push_back(row.id);
    auto ids = ids_in(x.text);
    CAPTURE(is_all);
    CAPTURE(x.after);
    CAPTURE(ids.size());
    CAPTURE(expected.size());
    REQUIRE((is_all ? ids.size() == expected.size() : ids.size() <= expected.size()));
    REQUIRE(std::equal(ids.begin(), ids.end(), expected.begin()));
  }

  std::mt19937_64 random_;
  change_feed feed_{small_limits()};
  fakes::growing_history rows_;
  time_point now_{1h};
  tail_place reader_at_;
  std::deque<std::variant<tail_answer, page_answer>> answers_;
  std::vector<std::pair<std::int64_t, persistence::change_row>> open_;
  std::map<std::uint64_t, follower> followers_;
  std::optional<follower> left_;
};

} // namespace

TEST_CASE("whatever interleaves, a subscriber gets each change after its cursor once, in order") {
  const auto seed = support::test_seed();
  for (std::uint64_t i = 0; i < 100; ++i) {
    CAPTURE(seed + i);
    story{seed + i}.play(800);
  }
}
