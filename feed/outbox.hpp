#pragma once

#include "feed/frame.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string_view>
#include <vector>

namespace volumeviz::feed {

using time_point = std::chrono::steady_clock::time_point;

/// What waits to be sent to one subscriber.
class outbox {
public:
  explicit outbox(std::size_t limit) : limit_{limit} {}

  bool empty() const noexcept { return frames_.empty(); }
  /// Whether one more frame may be added. A frame that is larger than the limit goes alone.
  bool has_room() const noexcept { return bytes_ < limit_; }
  void add(frame text, time_point now);
  /// The next pieces to send, at most `most` of them.
  void pieces(std::vector<std::string_view>& to, std::size_t most) const;
  /// The subscriber's connection has taken so many bytes.
  void sent(std::size_t bytes);
  /// Since when the oldest frame waits; time_point::max() when none does.
  time_point waits_since() const noexcept;

private:
  struct entry {
    frame text;
    time_point since;
  };
  std::size_t limit_;
  std::deque<entry> frames_;
  std::size_t bytes_ = 0; ///< not sent yet
  std::size_t begun_ = 0; ///< bytes of the first frame that are sent
};

} // namespace volumeviz::feed
