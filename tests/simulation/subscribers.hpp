#pragma once

#include "feed/reading.hpp"
#include "tests/simulation/history_database.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace volumeviz::simulation {

/// Clients that follow the changes of a schedule, each with a filter, and the feed of the node that
/// serves them: quick ones, slow ones that are cut off, and all come back with their last cursor.
class subscribers {
public:
  subscribers(history_database& of, std::uint64_t seed, history_defects with)
      : of_(of), random_(seed), with_(with) {
    lose_the_node();
  }

  /// Some of what may happen now.
  void act(nanoseconds now);
  /// The node's process has died.
  void lose_the_node();
  /// The database is an older one: their cursors are of changes that never were.
  void begin_anew();
  /// All come back and catch up. Each must have got the changes that its filter lets through, once
  /// and in order.
  std::optional<std::string> catch_up(nanoseconds now);

private:
  struct follower {
    persistence::change_filter which;
    std::int64_t since = 0;                ///< it wants the changes after this one
    std::int64_t cursor = 0;               ///< the last that it has got
    std::vector<std::int64_t> got{};       ///< ids of changes
    std::optional<std::uint64_t> number{}; ///< at the feed, while it is connected
    std::string text{};                    ///< the beginning of a frame
    bool is_slow = false;
    bool was_reset = false;
  };

  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  feed::time_point time() const { return feed::time_point{now_}; }
  void come();
  void connect(follower& x);
  void go();
  void disconnect(follower& x);
  void disconnect_those_cut_off();
  void read_newest();
  void read_pages();
  void deliver();
  void take(follower& x, std::size_t most);
  std::optional<std::string> missed(const follower& x);
  std::vector<persistence::change_row> all_changes();

  history_database& of_;
  std::minstd_rand random_;
  const history_defects with_;
  nanoseconds now_{0};
  feed::change_feed feed_{};
  std::vector<follower> followers_;
  feed::tail_place reader_at_;
  std::deque<std::variant<feed::tail_answer, feed::page_answer>> answers_;
};

} // namespace volumeviz::simulation
