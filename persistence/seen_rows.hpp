#pragma once

#include "messages/resources.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace volumeviz::persistence {

/// A number for the version of a row: two different ones of a key differ. The database itself keeps
/// what it is made from, so every other client that changes the row changes its version.
using row_version = std::uint64_t;
inline constexpr row_version no_version = 0; ///< no row, or not known

/// What a list shows of a resource, as a number: equal resources have equal numbers, different ones
/// almost never. A container's times are not in it, since a list does not show them.
std::uint64_t digest_of(const volume& x);
std::uint64_t digest_of(const container& x);

/// The rows of one kind of one host that this session has compared with a complete list: an equal
/// resource whose row has the same version need not be compared again. Small: a hub has many rows.
class seen_rows {
public:
  /// The row of `key` shows the resource with this digest, and has this version.
  void remember(std::string_view key, std::uint64_t digest, row_version version);
  /// The row was changed otherwise than by a list.
  void forget(std::string_view key);
  bool equal(std::string_view key, std::uint64_t digest, row_version version) const;
  void reserve(std::size_t rows) { rows_.reserve(rows); }

private:
  struct row {
    std::uint64_t digest;
    row_version version;
  };
  std::unordered_map<std::uint64_t, row> rows_; ///< by the hash of the key
};

} // namespace volumeviz::persistence
