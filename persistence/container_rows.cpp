#include "persistence/container_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace volumeviz::persistence {

void write_containers(row_writer& rows, quota_check& quota, const host_parts<container>& all) {
  std::vector<std::size_t> rejected_before;
  for (const auto& part : all)
    rejected_before.push_back(part.summary.rejected.size());
  rows.upsert_containers(all);
  // A container without a row can have no mounts.
  std::deque<std::vector<container>> fewer;
  host_parts<container> written;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& [host, present, summary] = all[i];
    if (summary.rejected.size() == rejected_before[i]) {
      written.push_back(all[i]);
      continue;
    }
    const std::span rejected{summary.rejected.begin()
                                 + static_cast<std::ptrdiff_t>(rejected_before[i]),
                             summary.rejected.end()};
    auto& rest = fewer.emplace_back(present);
    std::erase_if(rest, [&](const container& c) {
      return std::ranges::find(rejected, c.id, &rejected_row::key) != rejected.end();
    });
    written.push_back({host, rest, summary});
  }
  host_parts<container> mounting;
  for (const auto& [host, present, summary] : written)
    mounting.push_back({host, quota.with_room_for_mounts(host, present, summary), summary});
  rows.replace_mounts(mounting);
}

} // namespace volumeviz::persistence
