#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace volumeviz {

/// Tells one listener that something has happened, without either knowing how long the other lives.
class bell {
public:
  /// From any thread. Does nothing while nobody listens.
  void ring() {
    std::lock_guard lock{mutex_};
    if (listener_)
      listener_();
  }
  /// `listener` must not block. When this has returned, the listener before is not called any more.
  void call(std::function<void()> listener) {
    std::lock_guard lock{mutex_};
    listener_ = std::move(listener);
  }

private:
  std::mutex mutex_;
  std::function<void()> listener_;
};

} // namespace volumeviz
