#pragma once

#include <iterator>
#include <vector>

namespace volumeviz::sync {

/// Moves the elements of `from` behind those of `to`.
template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace volumeviz::sync
