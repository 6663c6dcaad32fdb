#pragma once

#include "persistence/compared_rows.hpp"
#include "persistence/session.hpp"

#include <set>
#include <string>
#include <string_view>

namespace volumeviz::persistence {

/// A complete list of one kind beside the rows of its host in a database. Only keys and versions of
/// the rows are read.
///
/// Another client may write at any moment. So a version counts only if it was read before the row
/// was compared, or while this transaction has the row locked.
template <class Resource>
class list_comparison : public compared_rows<Resource> {
public:
  /// Reads the keys and versions. `host` and `list` must outlive this. Throws sql_error.
  list_comparison(session& on, const std::string& host, const observed<Resource>& list);

  /// After the transaction has written them: see compared_rows::known_after().
  seen_rows after_writing(session& on, const std::set<std::string_view>& changed,
                          const std::set<std::string_view>& rejected) const;

private:
  void read_rows(session& on);
  void add_mounts(session& on);
  row_versions of_changed(session& on, const std::set<std::string_view>& changed) const;

  const std::string& host_;
  row_version of_file_ = no_version; ///< SQLite: the version of all rows
};

extern template class list_comparison<volume>;
extern template class list_comparison<container>;

} // namespace volumeviz::persistence
