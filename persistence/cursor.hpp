#pragma once

#include "messages/error.hpp"

#include <string>
#include <vector>

namespace volumeviz::persistence {

/// The place behind the last row of a page, as text that is opaque and safe in a URL: the table's
/// name and the key of the row. An empty key gives an empty cursor.
std::string encode_cursor(const std::string& table, const std::vector<std::string>& key);

/// The key, with `parts` parts; an empty cursor gives an empty key. ec::bad_request for anything
/// encode_cursor() would not have given for this table.
result<std::vector<std::string>> decode_cursor(const std::string& cursor, const std::string& table,
                                               std::size_t parts);

} // namespace volumeviz::persistence
