#include "feed/history_reader.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::feed {

namespace {

using namespace std::chrono_literals;

constexpr auto health_interval = 1s;

} // namespace

history_reader::history_reader(reader_parts parts)
    : parts_{std::move(parts)}, thread_{[this] { run(); }} {
}

history_reader::~history_reader() {
  {
    std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void history_reader::follow(std::int64_t after) {
  {
    std::lock_guard lock{mutex_};
    tail_ = tail_place{.after = after};
    woken_ = true;
    next_poll_ = next_health_ = steady::now();
    health_state_.clear();
  }
  changed_.notify_all();
}

void history_reader::stop_following() {
  std::lock_guard lock{mutex_};
  tail_.reset();
  pages_.clear();
}

void history_reader::read(page_request what) {
  {
    std::lock_guard lock{mutex_};
    pages_.push_back(std::move(what));
  }
  changed_.notify_all();
}

void history_reader::wake() {
  {
    std::lock_guard lock{mutex_};
    if (!tail_)
      return;
    woken_ = true;
  }
  changed_.notify_all();
}

void history_reader::run() {
  std::unique_lock lock{mutex_};
  while (!stopped_) {
    const auto has_work = [this] { return stopped_ || woken_ || !pages_.empty(); };
    if (!tail_)
      changed_.wait(lock, [&] { return has_work() || tail_; });
    else
      changed_.wait_until(lock, std::min(next_poll_, next_health_), has_work);
    if (stopped_)
      return;
    // A page in each turn, too: commits may come faster than they are read.
    if (tail_ && (std::exchange(woken_, false) || steady::now() >= next_poll_))
      follow_on(lock);
    if (tail_ && steady::now() >= next_health_)
      check_health(lock);
    if (!pages_.empty())
      answer_page(lock);
    woken_ = woken_ && tail_;
  }
}

void history_reader::follow_on(std::unique_lock<std::mutex>& lock) {
  const auto place = *tail_;
  next_poll_ = steady::now() + parts_.poll;
  lock.unlock();
  auto news = read_newest(*parts_.changes, place, parts_.json);
  const bool has_news = news.answer.upto != place.after || news.answer.is_other_database;
  if (has_news)
    parts_.deliver(std::move(news.answer));
  lock.lock();
  if (tail_ && tail_->after == place.after)
    tail_ = std::move(news.next);
  woken_ = woken_ || news.more;
}

void history_reader::answer_page(std::unique_lock<std::mutex>& lock) {
  const auto what = std::move(pages_.front());
  pages_.pop_front();
  lock.unlock();
  parts_.deliver(read_page(*parts_.changes, what, parts_.json));
  lock.lock();
}

void history_reader::check_health(std::unique_lock<std::mutex>& lock) {
  next_health_ = steady::now() + health_interval;
  lock.unlock();
  auto now = parts_.health ? parts_.health() : std::nullopt;
  lock.lock();
  if (!now || now->state == health_state_)
    return;
  // The first one is what the subscribers could have asked for.
  const bool is_first = std::exchange(health_state_, now->state).empty();
  lock.unlock();
  if (!is_first)
    parts_.deliver(std::move(*now));
  lock.lock();
}

} // namespace volumeviz::feed
