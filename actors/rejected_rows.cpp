#include "actors/rejected_rows.hpp"

#include "config/secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace volumeviz {

namespace {

// A summary has long keys cut to as many bytes.
constexpr std::size_t longest_key = 256;

/// What a batch tried to write or delete.
std::set<std::string> keys_of(const change_batch& batch) {
  std::set<std::string> keys;
  const auto add = [&keys](const std::string& key) { keys.insert(key.substr(0, longest_key)); };
  for (const auto& x : batch.volumes.present)
    add(x.name);
  for (const auto& x : batch.containers.present)
    add(x.id);
  for (const auto* gone : {&batch.volumes.gone, &batch.containers.gone})
    std::ranges::for_each(*gone, add);
  return keys;
}

} // namespace

void rejected_rows::written(const observation& what, const write_summary& summary, timestamp now) {
  ++writes_;
  for (const auto& x : summary.rejected) {
    const auto name = fmt::format("{} {}", to_string(x.kind), config::in_quotes(x.key));
    auto [found, is_new] = rows_.try_emplace(name, entry{x.key, x.reason, now, writes_});
    found->second.why = x.reason;
    found->second.write = writes_;
    log_->log(is_new ? spdlog::level::err : spdlog::level::debug, "the database can't hold {}: {}",
              name, x.reason);
  }
  const bool all = what.batch.volumes.complete || what.batch.containers.complete;
  if (all)
    unlisted_ = summary.more_rejected;
  if (summary.more_rejected > 0)
    log_->error("the database can't hold {} more rows", summary.more_rejected);
  if (rows_.empty())
    return;
  const auto keys = keys_of(what.batch);
  std::erase_if(rows_, [&](const auto& row) {
    const auto& [name, refused] = row;
    if (refused.write == writes_ || !(all || keys.contains(refused.key)))
      return false;
    log_->info("the database no longer refuses {}: it was changed or removed", name);
    return true;
  });
}

rejected_report rejected_rows::report() const {
  rejected_report report{.kind = kind_, .count = rows_.size() + unlisted_, .first = {}};
  const auto first =
      std::ranges::min_element(rows_, {}, [](const auto& row) { return row.second.since; });
  if (first == rows_.end())
    return report;
  report.since = first->second.since;
  report.first = first->first + " (" + first->second.why + ")";
  return report;
}

} // namespace volumeviz
