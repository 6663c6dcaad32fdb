#pragma once

#include "metrics/metrics.hpp"
#include "persistence/counting.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace volumeviz::commands {

/// Keeps the metrics that count rows of the database up to date: when someone scrapes them, at most
/// every 15 seconds, and rarely while this node commits nothing.
class row_counts {
public:
  using clock = std::chrono::steady_clock;

  /// `host`: empty: of all hosts.
  row_counts(std::unique_ptr<persistence::row_counter> rows,
             std::shared_ptr<metrics::catalogue> numbers, std::string host)
      : rows_{std::move(rows)}, numbers_{std::move(numbers)}, host_{std::move(host)} {}

  /// From any thread, before a scrape. May wait for the database, but never for another scrape.
  void refresh(clock::time_point now = clock::now());
  /// From any thread: rows have changed.
  void changed() noexcept { has_changed_ = true; }

private:
  std::unique_ptr<persistence::row_counter> rows_;
  std::shared_ptr<metrics::catalogue> numbers_;
  std::string host_;
  std::atomic<bool> has_changed_{true};
  std::mutex mutex_;
  std::optional<clock::time_point> read_at_; ///< guarded by mutex_
};

} // namespace volumeviz::commands
