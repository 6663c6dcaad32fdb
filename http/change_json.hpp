#pragma once

#include "persistence/history.hpp"

#include <string>

namespace volumeviz::http {

/// A change as an object: the columns of the table, null where they do not apply. The id is a
/// number, `old` and `new` are objects.
std::string change_json(const persistence::change_row& change);

/// {"items": […], "next": null or a cursor, as text}
std::string change_page_json(const persistence::change_page& page);

/// {"begins_at": null or the time}
std::string history_json(const std::string& begins_at);

} // namespace volumeviz::http
