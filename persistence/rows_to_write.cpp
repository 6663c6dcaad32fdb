#include "persistence/rows_to_write.hpp"

namespace volumeviz::persistence {

namespace {

// The rows of one statement of PostgreSQL (postgresql_rows.cpp): about 3 MB while they are
// unpacked.
constexpr std::size_t rows_of_part = 5000;

} // namespace

template <class Resource>
const std::vector<Resource>& rows_to_write<Resource>::next_part() {
  if (!has_begun_) {
    has_begun_ = true;
    if (const auto& whole = unpacked_part(); !whole.empty())
      return whole;
  }
  part_.clear();
  for (const auto end = of_.listed.end(); next_ != end && part_.size() < rows_of_part; ++next_)
    if (const auto place = place_++; !list_ || list_->may_differ(place, next_.packed(), seen_))
      part_.push_back(*next_);
  return part_;
}

/// Without copying them when all are to be written.
template <class Resource>
const std::vector<Resource>& rows_to_write<Resource>::unpacked_part() {
  if (!list_)
    return of_.present;
  for (const auto& x : of_.present)
    if (list_->may_differ(place_++, x, seen_))
      part_.push_back(x);
  if (part_.size() == of_.present.size())
    return of_.present;
  return part_;
}

template class rows_to_write<volume>;
template class rows_to_write<container>;

} // namespace volumeviz::persistence
