#include "tests/simulation/subscribers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace volumeviz::simulation {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t followers_most = 4;
constexpr int read_at_once = 1000;

/// So little that the seam between memory and pages is crossed often.
feed::feed_limits small_limits(unsigned recent, int page) {
  feed::feed_limits limits;
  limits.recent.changes = recent;
  limits.patience = 2s;
  limits.subscriber = {.waiting_bytes = 300, .page = page, .page_ids = 20};
  return limits;
}

std::string json_of(const persistence::change_row& row) {
  return fmt::format(R"({{"id":{},"kind":"{}","at":"{}"}})", row.id, row.kind, row.at);
}

persistence::change_filter filter_of(unsigned sort) {
  switch (sort) {
  case 0:
    return {.kind = "container"};
  case 1:
    return {.host = "h", .operation = "remove"};
  case 2:
    return {.volume = "v0"};
  case 3:
    return {.source = "event"};
  case 4:
    return {.container = "c0"};
  case 5:
    return {.host = "other"};
  default:
    return {};
  }
}

} // namespace

void subscribers::act(nanoseconds now) {
  now_ = now;
  for (auto left = roll(8); left > 0; --left)
    switch (roll(8)) {
    case 0:
    case 1:
      read_newest();
      break;
    case 2:
      read_pages();
      break;
    case 3:
      deliver();
      break;
    case 4:
      if (followers_.size() < followers_most || roll(2) == 0)
        come();
      else
        go();
      break;
    default:
      for (auto& x : followers_)
        if (x.number && (!x.is_slow || roll(20) == 0))
          take(x, 1 + roll(400));
    }
  feed_.tick(time());
  disconnect_those_cut_off();
}

void subscribers::come() {
  for (auto& x : followers_)
    if (!x.number) {
      connect(x);
      return;
    }
  if (followers_.size() == followers_most)
    return;
  follower x{.which = filter_of(roll(10)), .is_slow = roll(3) == 0};
  const auto bounds = of_.changes().bounds();
  if (!bounds)
    return;
  x.since = x.cursor = roll(2) == 0 ? bounds->settled : 0;
  connect(followers_.emplace_back(std::move(x)));
}

/// As begin_stream() of http/ does.
void subscribers::connect(follower& x) {
  const auto bounds = of_.changes().bounds(x.which.host);
  if (!bounds)
    return;
  auto after = x.cursor;
  if (with_.repeats_on_resume && !x.got.empty())
    after = x.got.back() - 1;
  if (feed_.size() == 0)
    reader_at_ = {.after = bounds->settled};
  x.number =
      feed_.add({.which = x.which, .after = after, .now = bounds->settled}, ": hello\n\n", time());
}

void subscribers::go() {
  auto& x = followers_[roll(static_cast<unsigned>(followers_.size()))];
  if (x.number) {
    feed_.remove(*x.number);
    disconnect(x);
  }
}

/// What has not come whole is lost.
void subscribers::disconnect(follower& x) {
  x.number.reset();
  x.text.clear();
}

void subscribers::disconnect_those_cut_off() {
  for (const auto number : feed_.take_cut_off())
    for (auto& x : followers_)
      if (x.number == number)
        disconnect(x);
}

void subscribers::lose_the_node() {
  feed_ = feed::change_feed{small_limits(1 + roll(6), 1 + static_cast<int>(roll(4)))};
  answers_.clear();
  for (auto& x : followers_)
    disconnect(x);
}

void subscribers::begin_anew() {
  lose_the_node();
  followers_.clear();
}

void subscribers::read_newest() {
  if (feed_.size() == 0)
    return;
  auto news = feed::read_newest(of_.changes(), reader_at_, json_of);
  reader_at_ = std::move(news.next);
  answers_.emplace_back(std::move(news.answer));
}

void subscribers::read_pages() {
  for (const auto& x : feed_.take_requests()) {
    auto answer = feed::read_page(of_.changes(), x, json_of);
    if (with_.skips_at_the_seam && answer.upto == x.upto && !answer.changes.empty())
      answer.changes.pop_back();
    answers_.emplace_back(std::move(answer));
  }
}

void subscribers::deliver() {
  if (answers_.empty())
    return;
  auto next = std::move(answers_.front());
  answers_.pop_front();
  std::visit([this](auto& x) { feed_.take(std::move(x), time()); }, next);
}

void subscribers::take(follower& x, std::size_t most) {
  std::vector<std::string_view> pieces;
  feed_.waiting(*x.number).pieces(pieces, 16);
  std::size_t taken = 0;
  for (const auto piece : pieces) {
    const auto part = piece.substr(0, most - taken);
    x.text += part;
    taken += part.size();
  }
  feed_.sent(*x.number, taken, time());
  for (auto end = x.text.find("\n\n"); end != std::string::npos; end = x.text.find("\n\n")) {
    const auto frame = x.text.substr(0, end);
    x.text.erase(0, end + 2);
    x.was_reset |= frame.find("event: reset") != std::string::npos;
    const auto id = frame.find("id: ");
    if (id == std::string::npos)
      continue;
    x.cursor = std::stoll(frame.substr(id + 4));
    if (frame.find("event: change") != std::string::npos)
      x.got.push_back(x.cursor);
  }
}

std::optional<std::string> subscribers::catch_up(nanoseconds now) {
  now_ = now;
  for (auto round = 0, quiet = 0; quiet < 3; ++round) {
    if (round == 10'000)
      return "a subscriber never catches up";
    for (auto& x : followers_)
      if (!x.number)
        connect(x);
    read_newest();
    read_pages();
    auto idle = answers_.size() == 1 && feed_.tail() == reader_at_.after;
    while (!answers_.empty())
      deliver();
    for (auto& x : followers_)
      while (!feed_.waiting(*x.number).empty()) {
        idle = false;
        take(x, 1'000'000);
      }
    now_ += 1'100ms; // a page that has failed is asked for again
    feed_.tick(time());
    quiet = idle || followers_.empty() ? quiet + 1 : 0;
  }
  for (const auto& x : followers_)
    if (auto wrong = missed(x))
      return wrong;
  return std::nullopt;
}

std::vector<persistence::change_row> subscribers::all_changes() {
  std::vector<persistence::change_row> all;
  for (std::int64_t after = 0;;) {
    const auto page =
        of_.changes().changes({.after = after, .ascending = true, .limit = read_at_once});
    if (!page)
      return all;
    all.insert(all.end(), page->items.begin(), page->items.end());
    if (!page->next)
      return all;
    after = *page->next;
  }
}

std::optional<std::string> subscribers::missed(const follower& x) {
  if (x.was_reset)
    return "a subscriber was told that its changes are gone";
  std::vector<std::int64_t> wanted;
  for (const auto& row : all_changes())
    if (row.id > x.since && matches(x.which, row))
      wanted.push_back(row.id);
  if (x.got == wanted)
    return std::nullopt;
  const auto [got, want] = std::ranges::mismatch(x.got, wanted);
  return fmt::format("a subscriber has got change {} in place of {}, {} changes in place of {}",
                     got == x.got.end() ? 0 : *got, want == wanted.end() ? 0 : *want, x.got.size(),
                     wanted.size());
}

} // namespace volumeviz::simulation
