#pragma once

#include "feed/change_feed.hpp"
#include "persistence/history.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

// What the feed reads from the history. Both calls block while the database does.

namespace volumeviz::feed {

/// A change as in the list of changes, on one line.
using change_text = std::function<std::string(const persistence::change_row&)>;

/// A change that was read, by which its database is known again: one that was restored or replaced
/// may give its id to another change.
struct known_change {
  std::int64_t id = 0;
  std::string recorded_at;
  friend bool operator==(const known_change&, const known_change&) = default;
};

/// How far the newest changes were read.
struct tail_place {
  std::int64_t after = 0;
  std::optional<known_change> last = {}; ///< none: not looked for yet, or trimmed
};

struct newest_changes {
  tail_answer answer;
  tail_place next;
  bool more = false; ///< read again at once
};

/// The changes after this place that are settled, a few hundred at a time. When the database fails,
/// the answer is that there is nothing new.
newest_changes read_newest(persistence::history& from, const tail_place& at,
                           const change_text& json);

page_answer read_page(persistence::history& from, const page_request& what,
                      const change_text& json);

} // namespace volumeviz::feed
