#pragma once

#include "commands/row_counts.hpp"
#include "http/server.hpp"
#include "metrics/metrics.hpp"

#include <functional>
#include <memory>

namespace volumeviz::commands {

/// Connects the feed with the commits that wake it, and with the metrics that count it.
inline http::feed_connections feed_of(std::shared_ptr<bell> commits,
                                      const std::shared_ptr<metrics::catalogue>& numbers) {
  return {.commits = std::move(commits),
          .subscribers = [numbers](std::size_t now) { numbers->history.subscribers.set(now); },
          .cut_off = [numbers](std::size_t more) { numbers->history.cut_off.add(more); }};
}

/// What a commit that has changed rows is told to. `counts` is null on an agent.
inline std::function<void()> listeners_of_commits(std::shared_ptr<bell> commits,
                                                  std::shared_ptr<row_counts> counts) {
  return [commits = std::move(commits), counts = std::move(counts)] {
    commits->ring();
    if (counts)
      counts->changed();
  };
}

inline std::function<void()> refreshing(std::shared_ptr<row_counts> counts) {
  return [counts = std::move(counts)] {
    if (counts)
      counts->refresh();
  };
}

} // namespace volumeviz::commands
