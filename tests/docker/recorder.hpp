#pragma once

#include "docker/client.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace volumeviz::support {

/// Runs an event stream on a thread of its own and keeps what it reports. Stops it at the end.
class stream_recorder {
public:
  explicit stream_recorder(const docker::daemon& daemon,
                           const docker::stream_settings& settings = {})
      : stream_{daemon.make_stream(settings)} {
    sinks_.opened = [this](const daemon_identity& who) {
      const std::lock_guard lock{mutex_};
      identity_ = who;
    };
    sinks_.event = [this](docker_event&& event) {
      const std::lock_guard lock{mutex_};
      events_.push_back(std::move(event));
    };
    sinks_.ignored = [this] {
      const std::lock_guard lock{mutex_};
      ++ignored_;
    };
    sinks_.damaged = [this](failure&& damage) {
      const std::lock_guard lock{mutex_};
      damage_.push_back(std::move(damage));
    };
    sinks_.bytes = [this](std::size_t count) {
      const std::lock_guard lock{mutex_};
      bytes_ += count;
    };
    thread_ = std::thread{[this] {
      auto why = stream_->run(sinks_);
      const std::lock_guard lock{mutex_};
      why_ = std::move(why);
    }};
  }
  ~stream_recorder() { stop(); }
  stream_recorder(const stream_recorder&) = delete;
  stream_recorder& operator=(const stream_recorder&) = delete;

  std::optional<daemon_identity> identity() const { return copy(identity_); }
  bool opened() const { return identity().has_value(); }
  std::vector<docker_event> events() const { return copy(events_); }
  std::vector<failure> damage() const { return copy(damage_); }
  std::size_t ignored() const { return copy(ignored_); }
  std::size_t bytes() const { return copy(bytes_); }
  std::optional<failure> ended() const { return copy(why_); }
  bool saw(resource_kind kind, const std::string& action, const std::string& id) const {
    const auto seen = events();
    return std::ranges::any_of(seen, [&](const docker_event& x) {
      return x.kind == kind && x.action == action && x.id == id;
    });
  }

  /// Stops the stream, waits for its end and says how long that took.
  std::chrono::milliseconds stop() {
    const auto before = std::chrono::steady_clock::now();
    stream_->stop();
    if (thread_.joinable())
      thread_.join();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now()
                                                                 - before);
  }

private:
  template <class T>
  T copy(const T& value) const {
    const std::lock_guard lock{mutex_};
    return value;
  }

  std::unique_ptr<docker::event_stream> stream_;
  docker::stream_sinks sinks_;
  mutable std::mutex mutex_;
  std::optional<daemon_identity> identity_;
  std::vector<docker_event> events_;
  std::vector<failure> damage_;
  std::size_t ignored_ = 0;
  std::size_t bytes_ = 0;
  std::optional<failure> why_;
  std::thread thread_;
};

} // namespace volumeviz::support
