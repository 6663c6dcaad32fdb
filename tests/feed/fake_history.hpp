#pragma once

#include "persistence/history.hpp"
#include "text/iso_time.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

namespace fakes {

using namespace volumeviz;

/// A history in memory. Ids may be settled later than greater ones are drawn, as with several
/// writers. Thread-safe.
class growing_history final : public persistence::history {
public:
  /// The next change: of a host, of a container ("": of a volume).
  static persistence::change_row change(std::string host = "a", std::string container = {}) {
    persistence::change_row row;
    row.host = std::move(host);
    row.kind = container.empty() ? "volume" : "container";
    row.operation = "create";
    row.container_id = std::move(container);
    row.volume_id = row.container_id.empty() ? "data" : "";
    row.name = row.container_id.empty() ? "data" : "web";
    row.source = "event";
    return row;
  }

  std::int64_t commit(persistence::change_row row) {
    std::lock_guard lock{mutex_};
    row.id = ++newest_;
    row.recorded_at = next_moment();
    rows_.emplace(row.id, std::move(row));
    return newest_;
  }
  /// Draws an id whose change may be committed later, or never. `fallback`: the writer noted the
  /// bound so many ids ago, so what was settled before is not for a while.
  std::int64_t draw(std::int64_t fallback = 0) {
    std::lock_guard lock{mutex_};
    open_.emplace(newest_ + 1, std::max<std::int64_t>(newest_ - fallback, 0));
    return ++newest_;
  }
  void finish(std::int64_t id, bool commits, persistence::change_row row) {
    std::lock_guard lock{mutex_};
    open_.erase(id);
    row.id = id;
    row.recorded_at = next_moment();
    if (commits)
      rows_.emplace(id, std::move(row));
  }
  void trim(std::int64_t upto) {
    std::lock_guard lock{mutex_};
    rows_.erase(rows_.begin(), rows_.upper_bound(upto));
    trimmed_ = std::max(trimmed_, upto);
  }
  /// The database was restored: the changes after this one are not there.
  void restore(std::int64_t newest) {
    std::lock_guard lock{mutex_};
    rows_.erase(rows_.upper_bound(newest), rows_.end());
    newest_ = newest;
  }
  /// Changes so long that no page has more of them.
  void give_at_most(std::size_t changes) {
    std::lock_guard lock{mutex_};
    longest_page_ = changes;
  }
  void fail_with(result<void> state) {
    std::lock_guard lock{mutex_};
    state_ = std::move(state);
  }
  int reads() const {
    std::lock_guard lock{mutex_};
    return reads_;
  }
  std::vector<persistence::change_row> rows() const {
    std::lock_guard lock{mutex_};
    std::vector<persistence::change_row> all;
    for (const auto& [id, row] : rows_)
      all.push_back(row);
    return all;
  }

  result<persistence::change_page> changes(const persistence::change_query& what) override {
    std::lock_guard lock{mutex_};
    ++reads_;
    if (!state_)
      return tl::unexpected{state_.error()};
    persistence::change_page page;
    page.settled = settled();
    if (std::max(what.after.value_or(0), what.before.value_or(0)) > newest_)
      return fail(ec::bad_request, "no change has had the cursor yet");
    const auto most = std::min(longest_page_, static_cast<std::size_t>(what.limit));
    const auto takes = [&](const persistence::change_row& row) {
      if (row.id > page.settled || row.id <= what.after.value_or(0)
          || (what.before && row.id >= *what.before) || !matches(what.which, row))
        return true;
      if (page.items.size() == most) {
        page.next = page.items.back().id;
        return false;
      }
      page.items.push_back(row);
      return true;
    };
    if (what.ascending)
      std::ranges::all_of(rows_ | std::views::values, takes);
    else
      std::ranges::all_of(rows_ | std::views::reverse | std::views::values, takes);
    return page;
  }
  result<persistence::history_bounds> bounds(const std::string&) override {
    std::lock_guard lock{mutex_};
    if (!state_)
      return tl::unexpected{state_.error()};
    return persistence::history_bounds{
        .settled = settled(), .newest = newest_, .trimmed = trimmed_, .begins_at = {}};
  }
  result<std::string> volume_gone_at(const std::string&, const std::string&) override {
    return std::string{};
  }
  result<std::string> container_gone_at(const std::string&, const std::string&) override {
    return std::string{};
  }

private:
  std::string next_moment() { return text::iso_time(last_commit_ += nanos_per_second); }
  std::int64_t settled() const {
    auto bound = newest_;
    for (const auto& [id, low] : open_)
      bound = std::min(bound, low);
    return bound;
  }

  mutable std::mutex mutex_;
  std::map<std::int64_t, persistence::change_row> rows_;
  std::map<std::int64_t, std::int64_t> open_; ///< the bound while it is open
  std::int64_t newest_ = 0;
  std::int64_t trimmed_ = 0;
  timestamp last_commit_ = 0; ///< no two changes are recorded at one moment, after restore() either
  std::size_t longest_page_ = std::numeric_limits<std::size_t>::max();
  int reads_ = 0;
  result<void> state_;
};

} // namespace fakes
