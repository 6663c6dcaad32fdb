#pragma once

#include "feed/outbox.hpp"
#include "feed/recent_changes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::feed {

/// What a subscriber asked for, checked against the history when its request came.
struct subscription {
  persistence::change_filter which{};
  std::int64_t after = 0; ///< it begins with the change after this one
  std::int64_t now = 0;   ///< the newest settled change when it asked
  std::string reset{};    ///< why its cursor could not be resumed; empty: it could, or it had none
};

struct subscriber_limits {
  std::size_t waiting_bytes = std::size_t{64} << 10;
  /// Changes that one page from the database holds: it waits whole in the outbox.
  int page = 64;
  /// Ids that one page covers at most, which bounds what a filter makes the database read.
  std::int64_t page_ids = 20'000;
};

/// The next older changes for a subscriber that is behind.
struct page_request {
  std::uint64_t subscriber = 0;
  persistence::change_filter which{};
  std::int64_t after = 0;
  std::int64_t upto = 0;
  bool is_part = false; ///< there are more changes behind `upto`, which the feed has read already
  int most = 0;         ///< changes that the filter lets through
};

struct page_answer {
  std::uint64_t subscriber = 0;
  std::int64_t after = 0;
  std::vector<encoded_change> changes{}; ///< those that the filter lets through
  std::int64_t upto = 0;                 ///< everything up to this id was read
  std::int64_t trimmed = 0;              ///< of the filter's host, as known after the reading
  bool failed = false;
};

/// One reader of the feed: its filter, how far it has got, and what waits for its connection.
class subscriber {
public:
  subscriber(subscription what, const subscriber_limits& limits)
      : limits_{limits}, which_{std::move(what.which)}, position_{what.after},
        waiting_{limits.waiting_bytes} {}

  const outbox& waiting() const noexcept { return waiting_; }
  std::int64_t position() const noexcept { return position_; }
  void add(frame text, time_point now) { waiting_.add(std::move(text), now); }
  void sent(std::size_t bytes) { waiting_.sent(bytes); }

  /// Moves to the outbox what follows in `recent` and has room.
  void advance(const recent_changes& recent, time_point now);
  /// Its next changes are not in `recent` any more.
  bool is_behind(const recent_changes& recent) const { return position_ < recent.floor(); }
  /// The page that it needs; nothing when it needs none, or can't take one now.
  std::optional<page_request> next_page(const recent_changes& recent, time_point now);
  /// `retry`: when to ask again where the page brought nothing.
  void take(page_answer answer, time_point now, time_point retry);
  /// When next_page() may be asked again; time_point::max() when it does not wait for a time.
  time_point asks_again() const noexcept {
    return is_reading_ || !waiting_.empty() ? time_point::max() : retry_;
  }
  void go_on_from(std::int64_t position) { position_ = std::max(position_, position); }
  /// Of another database, in which ids may be less.
  void begin_anew(std::int64_t position) { position_ = position; }

  time_point comment_due{};

private:
  subscriber_limits limits_;
  persistence::change_filter which_;
  std::int64_t position_;
  outbox waiting_;
  bool is_reading_ = false;
  time_point retry_ = time_point::max(); ///< max: at once
};

} // namespace volumeviz::feed
