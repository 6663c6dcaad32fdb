#include "commands/dry_store.hpp"

#include <cstddef>
#include <iterator>

namespace volumeviz::commands {

result<std::vector<write_summary>> dry_store::apply(const std::vector<change_batch>& batches) {
  auto summaries = preview(batches);
  if (!summaries)
    return summaries;
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (!(*summaries)[i].refused)
      written_.push_back(batches[i]);
  return summaries;
}

result<std::vector<write_summary>> dry_store::preview(const std::vector<change_batch>& batches) {
  const auto before = static_cast<std::ptrdiff_t>(written_.size());
  written_.insert(written_.end(), batches.begin(), batches.end());
  auto summaries = of_.preview(written_);
  written_.erase(std::next(written_.begin(), before), written_.end());
  if (summaries)
    summaries->erase(summaries->begin(), std::next(summaries->begin(), before));
  return summaries;
}

} // namespace volumeviz::commands
