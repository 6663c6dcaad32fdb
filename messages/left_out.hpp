#pragma once

#include <cstddef>
#include <string>

namespace volumeviz {

/// A malformed entry of the daemon's list, with the parts of it that could be parsed. The rest of
/// the list is used, and the entry's row stays as it is.
struct left_out_entry {
  std::size_t position = 0; ///< in the list, from 1
  std::string key;          ///< volume name or container id; empty: it can't be read
  std::string driver;       ///< of a volume; empty: it can't be read
  std::string why;          ///< e.g. "its name is empty"
  friend bool operator==(const left_out_entry&, const left_out_entry&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, left_out_entry& x) {
  return f(x.position, x.key, x.driver, x.why);
}

} // namespace volumeviz
