#pragma once

#include "messages/changes.hpp"

#include <cstdint>
#include <set>
#include <vector>

namespace volumeviz::persistence {

/// A batch as both databases can hold it: text is cleaned and bounded, each key occurs once (the
/// last row counts), rows with impossible keys are rejected. When the host's name is impossible,
/// all rows are rejected and the batch is empty, without a host.
struct sanitized_batch {
  change_batch batch;
  std::vector<rejected_row> rejected;
  std::uint64_t replaced_text = 0;
};

sanitized_batch sanitized(const change_batch& raw);

std::set<std::string> hosts_of(const std::vector<sanitized_batch>& batches);

} // namespace volumeviz::persistence
