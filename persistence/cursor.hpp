#pragma once

#include "messages/error.hpp"

#include <string>
#include <vector>

namespace volumeviz::persistence {

/// The place after the last row of a page: the table's name and the row's key, as opaque text that
/// is safe in a URL. An empty key gives an empty cursor.
std::string encode_cursor(const std::string& table, const std::vector<std::string>& key);

/// The key of a cursor, with `parts` parts; an empty cursor gives an empty key. ec::bad_request for
/// any text that encode_cursor() does not produce for this table.
result<std::vector<std::string>> decode_cursor(const std::string& cursor, const std::string& table,
                                               std::size_t parts);

} // namespace volumeviz::persistence
