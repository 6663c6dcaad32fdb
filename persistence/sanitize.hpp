#pragma once

#include "messages/changes.hpp"

#include <cstdint>
#include <vector>

namespace volumeviz::persistence {

/// A batch as both databases can hold it: text cleaned and bounded, one row per key (the last one
/// counts), rows with impossible keys taken out. Nothing is left, the host included, when the
/// host's name is impossible.
struct sanitize_batch {
  change_batch batch;
  std::vector<rejected_row> rejected;
  std::uint64_t replaced_text = 0;
};

sanitize_batch tidied(const change_batch& raw);

} // namespace volumeviz::persistence
