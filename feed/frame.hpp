#pragma once

#include "persistence/history.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

// The text of a feed: Server-Sent Events.

namespace volumeviz::feed {

/// A piece of text that is sent whole. All subscribers share it.
using frame = std::shared_ptr<const std::string>;

/// A change with its text. Made once, however many subscribers it has.
struct encoded_change {
  persistence::change_row row; ///< without its JSON, which is in the text
  frame text;
};

/// `json`: the change as in the list of changes, on one line.
encoded_change tell(persistence::change_row row, std::string_view json);

/// Why a cursor can't be resumed after trimming.
inline constexpr std::string_view trimmed_away =
    "changes after this cursor are no longer kept (HISTORY_RETENTION, HISTORY_MAX_ROWS): read the "
    "inventory again; the stream goes on from now";

/// Why the feed begins anew when the database has gone back.
inline constexpr std::string_view other_database =
    "the database was restored or replaced, and does not know this cursor: read the inventory "
    "again; the stream goes on from now";

/// The cursor could not be resumed. `cursor` is where the feed goes on.
frame reset_frame(std::string_view reason, std::int64_t cursor);

/// `json` on one line.
frame health_frame(std::string_view json);

/// A comment shows proxies and the client that the connection is alive. The cursor with it is no
/// event, but a client that has it resumes behind what its filter did not let through.
frame comment_frame(std::int64_t cursor);

} // namespace volumeviz::feed
