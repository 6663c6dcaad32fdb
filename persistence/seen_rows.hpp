#pragma once

#include "messages/packed_list.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// A number for the version of a row: two different ones of a key differ. The database itself keeps
/// what it is made from, so every other client that changes the row changes its version.
using row_version = std::uint64_t;
inline constexpr row_version no_version = 0; ///< no row, or not known

/// What a list shows of a resource, as a number: equal resources have equal numbers, different ones
/// almost never. `shown`: see shown_text() and packed_entry::shown(). A container's times are not
/// in it, since a list does not show them.
std::uint64_t digest_of(std::string_view shown);
std::uint64_t digest_of(const volume& x);
std::uint64_t digest_of(const container& x);

/// The rows of one kind of one host that this session has compared with a complete list: an equal
/// resource whose row has the same version need not be compared again.
///
/// A hub has many rows, and a node may have 100,000: 24 bytes a row, in the order of the keys'
/// hashes. Where two keys have one hash, the row of one of them is not known, and is compared each
/// time: the digest is also of the key. Only two different texts with one digest, for one key,
/// would hide a change: once in 2^64.
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
    std::uint64_t key; ///< its hash
    std::uint64_t digest;
    row_version version;
  };

  row* find(std::string_view key) const;
  void sort() const;

  mutable std::vector<row> rows_; ///< sorted when the first one is looked up
  mutable bool sorted_ = true;
};

} // namespace volumeviz::persistence
