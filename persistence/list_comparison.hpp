#pragma once

#include "messages/changes.hpp"
#include "persistence/key_places.hpp"
#include "persistence/seen_rows.hpp"
#include "persistence/session.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// A complete list of one kind beside the rows of its host. Only keys and versions of the rows are
/// read: what the list lacks, and which of its resources must be compared with their rows.
///
/// Another client may write at any moment. So a version counts only if it was read before the row
/// was compared, or while this transaction has the row locked.
template <class Resource>
class list_comparison {
public:
  /// Reads the keys and versions. `host` and `list` must outlive this. Throws sql_error.
  list_comparison(session& on, const std::string& host, const observed<Resource>& list);

  /// Keys of rows that the list neither shows nor names as present or gone, in order.
  const std::vector<std::string>& missing() const noexcept { return missing_; }
  /// How many rows the host has.
  std::size_t rows() const noexcept { return rows_; }

  /// Whether the row of one of the list's resources may differ from `seen`. `place`: in the list,
  /// from 0, the `present` ones first.
  bool may_differ(std::size_t place, const Resource& x, const seen_rows& seen) const;
  bool may_differ(std::size_t place, const packed_entry<Resource>& x, const seen_rows& seen) const;

  /// After the transaction has written them: what is known of the rows. `changed`: keys whose rows
  /// it has changed; `rejected`: keys that it could not write. The next list compares the others.
  seen_rows after_writing(session& on, const std::set<std::string_view>& changed,
                          const std::set<std::string_view>& rejected) const;

private:
  using versions = std::map<std::string_view, row_version>;

  void read_rows(session& on);
  void add_mounts(session& on);
  versions of_changed(session& on, const std::set<std::string_view>& changed) const;

  const std::string& host_;
  const observed<Resource>& list_;
  row_version of_file_ = no_version;  ///< SQLite: the version of all rows
  key_places places_;                 ///< of the list's resources
  std::vector<row_version> versions_; ///< by place
  std::vector<std::string> missing_;
  std::size_t rows_ = 0;
};

extern template class list_comparison<volume>;
extern template class list_comparison<container>;

} // namespace volumeviz::persistence
