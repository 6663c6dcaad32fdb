#include "feed/change_feed.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace volumeviz::feed {

std::uint64_t change_feed::add(subscription what, std::string_view first, time_point now) {
  if (subscribers_.empty())
    recent_.begin(what.now);
  const auto number = ++last_number_;
  const auto why = what.reset;
  auto& x = subscribers_.try_emplace(number, std::move(what), limits_.subscriber).first->second;
  x.comment_due = now + limits_.comment_every;
  x.add(std::make_shared<const std::string>(first), now);
  if (!why.empty())
    x.add(reset_frame(why, x.position()), now);
  advance(number, x, now);
  return number;
}

void change_feed::remove(std::uint64_t subscriber) {
  subscribers_.erase(subscriber);
}

/// The newest changes of the database may have been trimmed before they were read. Everyone who
/// waits for them is told.
void change_feed::take(tail_answer answer, time_point now) {
  if (answer.is_other_database) {
    if (answer.after == recent_.tail())
      begin_anew(answer.upto, now);
    return;
  }
  // An answer that was asked for before the present subscribers came may overlap what is known, or
  // be of no use to them.
  if (answer.after > recent_.tail() || answer.upto <= recent_.tail())
    return;
  if (answer.has_gap) {
    std::vector<std::uint64_t> gaps;
    for (const auto& [number, x] : subscribers_)
      if (!x.is_behind(recent_))
        gaps.push_back(number);
    recent_.begin(answer.upto);
    for (const auto number : gaps)
      reset(number, subscribers_.at(number), trimmed_away, now);
  } else {
    std::erase_if(answer.changes,
                  [this](const encoded_change& x) { return x.row.id <= recent_.tail(); });
    recent_.add(std::move(answer.changes), answer.upto);
  }
  for (auto& [number, x] : subscribers_)
    advance(number, x, now);
}

/// The ids of the database before mean nothing any more.
void change_feed::begin_anew(std::int64_t from, time_point now) {
  recent_.begin(from);
  for (auto& [number, x] : subscribers_) {
    x.begin_anew(from);
    x.add(reset_frame(other_database, from), now);
    advance(number, x, now);
  }
}

void change_feed::take(page_answer answer, time_point now) {
  const auto found = subscribers_.find(answer.subscriber);
  if (found == subscribers_.end())
    return;
  auto& [number, x] = *found;
  const auto retry = now + limits_.retry_page;
  if (!answer.failed && answer.trimmed > x.position()) {
    x.take({.after = x.position(), .upto = x.position()}, now, now);
    reset(number, x, trimmed_away, now);
  } else {
    x.take(std::move(answer), now, retry);
  }
  advance(number, x, now);
}

void change_feed::health_changed(std::string_view json, time_point now) {
  const auto text = health_frame(json);
  for (auto& [number, x] : subscribers_) {
    x.add(text, now);
    ready_.push_back(number);
  }
}

void change_feed::sent(std::uint64_t subscriber, std::size_t bytes, time_point now) {
  const auto found = subscribers_.find(subscriber);
  if (found == subscribers_.end())
    return;
  found->second.sent(bytes);
  advance(subscriber, found->second, now);
}

void change_feed::tick(time_point now) {
  for (auto it = subscribers_.begin(); it != subscribers_.end();) {
    auto& [number, x] = *it;
    if (!x.waiting().empty() && x.waiting().waits_since() + limits_.patience <= now) {
      cut_off_.push_back(number);
      it = subscribers_.erase(it);
      continue;
    }
    if (x.comment_due <= now) {
      x.add(comment_frame(x.position()), now);
      x.comment_due = now + limits_.comment_every;
    }
    advance(number, x, now);
    ++it;
  }
}

time_point change_feed::next_tick() const {
  auto next = time_point::max();
  for (const auto& [number, x] : subscribers_) {
    next = std::min({next, x.comment_due, x.asks_again()});
    if (!x.waiting().empty())
      next = std::min(next, x.waiting().waits_since() + limits_.patience);
  }
  return next;
}

const outbox& change_feed::waiting(std::uint64_t subscriber) const {
  return subscribers_.at(subscriber).waiting();
}

std::vector<std::uint64_t> change_feed::take_ready() {
  return std::exchange(ready_, {});
}

std::vector<std::uint64_t> change_feed::take_cut_off() {
  return std::exchange(cut_off_, {});
}

std::vector<page_request> change_feed::take_requests() {
  return std::exchange(requests_, {});
}

void change_feed::advance(std::uint64_t number, subscriber& x, time_point now) {
  x.advance(recent_, now);
  if (auto page = x.next_page(recent_, now)) {
    page->subscriber = number;
    requests_.push_back(std::move(*page));
  }
  if (!x.waiting().empty())
    ready_.push_back(number);
}

void change_feed::reset(std::uint64_t number, subscriber& x, std::string_view why, time_point now) {
  x.go_on_from(recent_.tail());
  x.add(reset_frame(why, x.position()), now);
  ready_.push_back(number);
}

} // namespace volumeviz::feed
