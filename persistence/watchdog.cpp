#include "persistence/watchdog.hpp"

namespace volumeviz::persistence {

watchdog::watchdog() : thread_{[this] { run(); }} {
}

watchdog::~watchdog() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void watchdog::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    wake_ = bite_ ? next_ : clock::time_point::max();
    if (bite_)
      changed_.wait_until(lock, wake_);
    else
      changed_.wait(lock);
    if (bite_ && clock::now() >= next_) {
      bite_();
      // Again and again: an interrupt between two statements of SQLite has no effect.
      next_ = clock::now() + std::chrono::milliseconds{50};
    }
  }
}

watchdog::guard::guard(watchdog& dog, clock::time_point deadline, std::function<void()> bite)
    : dog_{dog} {
  const std::scoped_lock lock{dog_.mutex_};
  dog_.bite_ = std::move(bite);
  dog_.next_ = deadline;
  // After a short call the thread still sleeps towards that call's deadline, which is early enough
  // for this one: a store in use wakes it once per call limit, not twice per call.
  if (deadline < dog_.wake_)
    dog_.changed_.notify_one();
}

watchdog::guard::~guard() {
  const std::scoped_lock lock{dog_.mutex_};
  dog_.bite_ = nullptr;
}

} // namespace volumeviz::persistence
