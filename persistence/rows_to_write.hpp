#pragma once

#include "persistence/compared_rows.hpp"

#include <cstddef>
#include <vector>

namespace volumeviz::persistence {

/// The resources of one kind in a batch whose rows may have to be written: all, or where the batch
/// has a complete list, those whose rows may differ from what was seen. Those of a packed list come
/// in parts, so that few are unpacked at a time.
template <class Resource>
class rows_to_write {
public:
  /// `list`: null without a complete list. References must outlive this.
  rows_to_write(const observed<Resource>& of, const compared_rows<Resource>* list,
                const seen_rows& seen)
      : of_{of}, list_{list}, seen_{seen}, next_{of.listed.begin()} {}

  /// The next part, which ends with the next call. Empty: there are no more.
  const std::vector<Resource>& next_part();

private:
  const std::vector<Resource>& unpacked_part();

  const observed<Resource>& of_;
  const compared_rows<Resource>* list_;
  const seen_rows& seen_;
  bool has_begun_ = false;
  std::size_t place_ = 0; ///< in the list, of the next one
  typename packed_list<Resource>::iterator next_;
  std::vector<Resource> part_;
};

extern template class rows_to_write<volume>;
extern template class rows_to_write<container>;

} // namespace volumeviz::persistence
