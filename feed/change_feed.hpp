#pragma once

#include "feed/outbox.hpp"
#include "feed/recent_changes.hpp"
#include "feed/subscriber.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace volumeviz::feed {

struct feed_limits {
  recent_limits recent{};
  subscriber_limits subscriber{};
  std::chrono::milliseconds comment_every{15'000};
  /// A subscriber that leaves a frame waiting for so long is cut off.
  std::chrono::milliseconds patience{10'000};
  std::chrono::milliseconds retry_page{1'000}; ///< after the database has failed
};

/// The newest changes, as they were read from the database.
struct tail_answer {
  std::int64_t after = 0; ///< the reading continued from here
  std::vector<encoded_change> changes;
  std::int64_t upto = 0; ///< the next reading continues from here
  /// Changes after `after` were trimmed before they could be read; then `changes` has none.
  bool has_gap = false;
  /// The database is not the one in which `after` was read: it was restored or replaced. `upto` may
  /// be less.
  bool is_other_database = false;
};

/// Gives each subscriber the changes that its filter lets through: each one once, in the order of
/// their ids. Decides only: no clock, no thread, no socket, no database. What it wants to be done,
/// the caller takes with the take_…() functions after each call.
///
/// The seam between what the database has and what happens now: both are the same sequence of ids,
/// and a subscriber's position is the id up to which it has got everything. Its next changes are in
/// `recent_changes` when the position is not below their floor, else in the database, from which it
/// reads no further than the tail. So neither side can skip or repeat a change, however the answers
/// and the commits interleave. A subscriber falls from one side to the other as it keeps up or not.
class change_feed {
public:
  explicit change_feed(feed_limits limits = {}) : limits_{limits}, recent_{limits.recent} {}

  /// `first` is sent before everything else. Returns the subscriber's number, which is never used
  /// again.
  std::uint64_t add(subscription what, std::string_view first, time_point now);
  void remove(std::uint64_t subscriber);
  std::size_t size() const noexcept { return subscribers_.size(); }
  /// The id up to which the newest changes were read.
  std::int64_t tail() const noexcept { return recent_.tail(); }

  void take(tail_answer answer, time_point now);
  void take(page_answer answer, time_point now);
  void health_changed(std::string_view json, time_point now);
  /// The connection of the subscriber has taken so many bytes.
  void sent(std::uint64_t subscriber, std::size_t bytes, time_point now);
  /// What is due by now: comments, further attempts, and the end of those that do not keep up.
  void tick(time_point now);
  time_point next_tick() const;

  /// What waits for the subscriber; it must exist.
  const outbox& waiting(std::uint64_t subscriber) const;
  /// Subscribers for which something new waits.
  std::vector<std::uint64_t> take_ready();
  /// Subscribers that did not keep up. They are removed already.
  std::vector<std::uint64_t> take_cut_off();
  std::vector<page_request> take_requests();

private:
  using subscribers = std::map<std::uint64_t, subscriber>;

  void begin_anew(std::int64_t from, time_point now);
  void advance(std::uint64_t number, subscriber& x, time_point now);
  void reset(std::uint64_t number, subscriber& x, std::string_view why, time_point now);

  feed_limits limits_;
  recent_changes recent_;
  subscribers subscribers_;
  std::uint64_t last_number_ = 0;
  std::vector<std::uint64_t> ready_;
  std::vector<std::uint64_t> cut_off_;
  std::vector<page_request> requests_;
};

} // namespace volumeviz::feed
