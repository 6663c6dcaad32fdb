#pragma once

#include "feed/change_feed.hpp"
#include "persistence/history.hpp"

#include <functional>
#include <string>

// What the feed reads from the history. Both calls block while the database does.

namespace volumeviz::feed {

/// A change as in the list of changes, on one line.
using change_text = std::function<std::string(const persistence::change_row&)>;

/// The changes after this id that are settled, a few hundred at a time. When the database fails,
/// the answer is that there is nothing new. `more`: read again at once.
tail_answer read_newest(persistence::history& from, std::int64_t after, const change_text& json,
                        bool& more);

page_answer read_page(persistence::history& from, const page_request& what,
                      const change_text& json);

} // namespace volumeviz::feed
