#include "actors/inventory/left_out_log.hpp"

#include "sync/left_out.hpp"

#include <utility>

namespace volumeviz {

namespace {

// One list writes this many lines at most. Health has the number of all entries.
constexpr std::size_t lines_max = 20;

std::string identity(const left_out_entry& x) {
  return x.key.empty() ? "driver " + x.driver : "key " + x.key;
}

} // namespace

void left_out_log::listed(const std::vector<left_out_entry>& entries) {
  count_ += entries.size();
  reason_ = sync::left_out_reason(kind_, entries);
  keys_before_ = std::exchange(keys_, {});
  auto before = std::exchange(logged_, {});
  std::size_t lines = 0;
  for (const auto& x : entries) {
    if (!x.key.empty())
      keys_.insert(x.key);
    const auto id = identity(x);
    if (logged_.contains(id))
      continue;
    const auto known = before.find(id);
    const auto news = known == before.end() || known->second.why != x.why;
    const auto level = news && lines < lines_max ? spdlog::level::warn : spdlog::level::debug;
    lines += news ? 1 : 0;
    auto name = sync::entry_name(kind_, x);
    log_->log(level,
              "left out {}: {}; all other entries are used, and no row is deleted because of it",
              name, x.why);
    logged_.emplace(id, logged_entry{std::move(name), x.why});
  }
  for (const auto& [id, x] : before)
    if (!logged_.contains(id))
      log_->info("{} is no longer left out: the daemon's list shows it well-formed, or not at all",
                 x.name);
}

std::uint64_t left_out_log::take_count() {
  return std::exchange(count_, 0);
}

} // namespace volumeviz
