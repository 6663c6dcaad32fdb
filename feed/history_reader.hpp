#pragma once

#include "feed/reading.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

namespace volumeviz::feed {

/// The node's health: `state` differs when a status does, `json` is what subscribers are told.
struct told_health {
  std::string state;
  std::string json;
};

using reading = std::variant<tail_answer, page_answer, told_health>;

struct reader_parts {
  persistence::history* changes = nullptr; ///< must outlive the reader
  change_text json;
  /// Called every second while someone follows.
  std::function<std::optional<told_health>()> health;
  /// Called on the reader's thread with each thing that was read; health only when it has changed.
  std::function<void(reading)> deliver;
  /// How often it looks for changes of other writers.
  std::chrono::milliseconds poll{500};
};

/// Reads for the feed, on one thread, which blocks while the database does. The newest changes come
/// before the pages of subscribers that are behind. While nobody follows, it reads nothing.
class history_reader {
public:
  explicit history_reader(reader_parts parts);
  ~history_reader(); ///< stops; waits for the call that runs

  /// Begins to follow the changes after this id.
  void follow(std::int64_t after);
  void stop_following();
  void read(page_request what);
  /// From any thread, after a commit: the newest changes are read at once. Costs next to nothing
  /// while nobody follows.
  void wake();

private:
  using steady = std::chrono::steady_clock;

  void run();
  /// With the lock, which it gives up while it reads.
  void follow_on(std::unique_lock<std::mutex>& lock);
  void answer_page(std::unique_lock<std::mutex>& lock);
  void check_health(std::unique_lock<std::mutex>& lock);

  const reader_parts parts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<tail_place> tail_; ///< nothing: nobody follows
  std::deque<page_request> pages_;
  bool woken_ = false;
  bool stopped_ = false;
  steady::time_point next_poll_{};
  steady::time_point next_health_{};
  std::string health_state_;
  std::thread thread_;
};

} // namespace volumeviz::feed
