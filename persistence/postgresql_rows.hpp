#pragma once

#include "persistence/row_writer.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// A resource as a piece of a statement's JSON parameter, and where to report what becomes of it.
struct json_row {
  write_summary* summary;
  std::string key; ///< the resource's, for reports
  std::string json;
  std::vector<std::string> mounts; ///< the container's, when its mounts are replaced
};
using json_rows = std::span<const json_row>;

std::vector<json_row> rows_of(const host_parts<volume>& all, const history_rules& excluded);
std::vector<json_row> rows_of(const host_parts<container>& all, const history_rules& excluded);
/// A row for each container, which only names it, with its mounts.
std::vector<json_row> mount_rows_of(const host_parts<container>& all,
                                    const history_rules& excluded);

/// The rows in pieces of the best size for one statement.
std::vector<json_rows> chunks_of(json_rows rows);

/// "[a,b]" from the JSON texts a and b.
std::string json_list(std::span<const std::string* const> parts);

} // namespace volumeviz::persistence
