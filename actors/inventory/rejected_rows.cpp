#include "actors/inventory/rejected_rows.hpp"

#include "text/secrets.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace volumeviz {

namespace {

// A summary cuts longer keys to this many bytes.
constexpr std::size_t longest_key = 256;

constexpr std::size_t longest_reason = 1000;

// Of one answer. A hub that was taken over may name any number of rows.
constexpr std::size_t lines_most = 10;

// Rows beyond this are not remembered by name; each complete list counts them.
constexpr std::size_t rows_most = 10'000;

/// The keys that a batch tried to write or delete.
std::set<std::string> keys_of(const change_batch& batch) {
  std::set<std::string> keys;
  const auto add = [&keys](std::string_view key) { keys.emplace(key.substr(0, longest_key)); };
  each_present_key(batch.volumes, add);
  each_present_key(batch.containers, add);
  for (const auto* gone : {&batch.volumes.gone, &batch.containers.gone})
    std::ranges::for_each(*gone, add);
  return keys;
}

} // namespace

void rejected_rows::written(const observation& what, const write_summary& summary, timestamp now) {
  ++writes_;
  std::uint64_t unnamed = summary.more_rejected;
  std::uint64_t not_logged = summary.more_rejected;
  std::size_t lines = 0;
  for (const auto& x : summary.rejected) {
    const auto name = fmt::format("{} {}", to_string(x.kind), text::in_quotes(x.key));
    auto found = rows_.find(name);
    const bool is_new = found == rows_.end();
    if (is_new && rows_.size() >= rows_most) {
      ++unnamed;
      ++not_logged;
      continue;
    }
    if (is_new) {
      found = rows_.emplace(name, entry{.key = x.key, .since = now}).first;
      text::cut(found->second.key, longest_key);
    }
    auto& row = found->second;
    row.why = x.reason;
    text::make_one_line(row.why, longest_reason);
    row.write = writes_;
    if (is_new && ++lines > lines_most)
      ++not_logged;
    else
      log_->log(is_new ? spdlog::level::err : spdlog::level::debug,
                "the database can't hold {}: {}", name, row.why);
  }
  const bool all = what.batch.volumes.complete || what.batch.containers.complete;
  if (all)
    unlisted_ = unnamed;
  if (not_logged > 0)
    log_->error("the database can't hold {} more rows", not_logged);
  if (rows_.empty())
    return;
  const auto keys = keys_of(what.batch);
  std::size_t over = 0;
  std::erase_if(rows_, [&](const auto& row) {
    const auto& [name, refused] = row;
    if (refused.write == writes_ || !(all || keys.contains(refused.key)))
      return false;
    if (++over <= lines_most)
      log_->info("the database no longer refuses {}: it was changed or removed", name);
    return true;
  });
  if (over > lines_most)
    log_->info("the database no longer refuses {} more rows", over - lines_most);
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
