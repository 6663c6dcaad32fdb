#pragma once

#include "messages/changes.hpp"
#include "persistence/key_places.hpp"
#include "persistence/seen_rows.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace volumeviz::persistence {

/// Versions of rows, by key.
using row_versions = std::map<std::string_view, row_version>;

/// The decisions about a complete list of one kind beside the rows of its host, without a database:
/// what the list lacks, which of its resources must be compared with their rows, and what is known
/// of the rows afterwards.
template <class Resource>
class compared_rows {
public:
  /// `list` must outlive this.
  explicit compared_rows(const observed<Resource>& list);

  /// The host has a row with this key and version; each row once.
  void add_row(std::string_view key, row_version version);
  /// After the last row.
  void all_rows_added();

  /// Keys of rows that the list neither shows nor names as present or gone, in order.
  const std::vector<std::string>& missing() const noexcept { return missing_; }
  /// How many rows the host has.
  std::size_t rows() const noexcept { return rows_; }

  /// Whether the row of one of the list's resources may differ from `seen`. `place`: in the list,
  /// from 0, the `present` ones first.
  bool may_differ(std::size_t place, const Resource& x, const seen_rows& seen) const;
  bool may_differ(std::size_t place, const packed_entry<Resource>& x, const seen_rows& seen) const;

  /// After the transaction has written them: what is known of the rows. `changed`: keys whose rows
  /// it has changed; `now`: the versions of those of them that no other client can have changed
  /// meanwhile; `rejected`: keys that it could not write. The next list compares the others.
  seen_rows known_after(const std::set<std::string_view>& changed, const row_versions& now,
                        const std::set<std::string_view>& rejected) const;

protected:
  /// Of the row of this key, once it was added; null when the list does not show it or there is no
  /// row.
  row_version* version_of_row(std::string_view key);

private:
  const observed<Resource>& list_;
  key_places places_;                 ///< of the list's resources
  std::vector<row_version> versions_; ///< by place
  std::unordered_set<std::string_view>
      also_there_; ///< keys that the list names without showing them
  std::vector<std::string> missing_;
  std::size_t rows_ = 0;
};

extern template class compared_rows<volume>;
extern template class compared_rows<container>;

} // namespace volumeviz::persistence
