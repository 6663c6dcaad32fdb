#include "runtime/deadlines.hpp"

#include "runtime/waiting_work.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz {

deadline_keeper::~deadline_keeper() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable())
    thread_.join();
}

void deadline_keeper::wake_by(time_point deadline) noexcept {
  if (deadline >= sleeps_until_)
    return;
  sleeps_until_ = deadline; // one wake-up is enough, however many calls begin before it happens
  changed_.notify_one();
}

deadline_keeper::time_point deadline_keeper::run_due() {
  auto earliest = never;
  for (auto* each : started_) {
    if (each->deadline_ <= clock::now()) {
      each->action_();
      each->deadline_ = clock::now() + each->pause_;
    }
    earliest = std::min(earliest, each->deadline_);
  }
  return earliest;
}

void deadline_keeper::run() {
  std::unique_lock lock{mutex_};
  while (!ending_) {
    sleeps_until_ = run_due();
    if (sleeps_until_ == never)
      changed_.wait(lock);
    else
      changed_.wait_until(lock, sleeps_until_);
  }
}

timed_action::timed_action(deadline_keeper& keeper, std::chrono::milliseconds pause,
                           std::function<void()> action)
    : keeper_{keeper}, pause_{pause}, action_{std::move(action)} {
}

timed_action::~timed_action() {
  stop();
}

bool timed_action::started() const noexcept {
  return std::ranges::find(keeper_.started_, this) != keeper_.started_.end();
}

void timed_action::start(deadline_keeper::time_point deadline) {
  about_to_block();
  const std::lock_guard lock{keeper_.mutex_};
  if (!keeper_.thread_.joinable())
    keeper_.thread_ = std::thread{[keeper = &keeper_] { keeper->run(); }};
  if (!started())
    keeper_.started_.push_back(this);
  deadline_ = deadline;
  keeper_.wake_by(deadline);
}

void timed_action::expire() noexcept {
  const std::lock_guard lock{keeper_.mutex_};
  if (!started())
    return;
  deadline_ = deadline_keeper::clock::now();
  keeper_.wake_by(deadline_);
}

void timed_action::stop() noexcept {
  const std::lock_guard lock{keeper_.mutex_};
  std::erase(keeper_.started_, this);
}

} // namespace volumeviz
