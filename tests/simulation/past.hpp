#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

namespace volumeviz::simulation {

using std::chrono::nanoseconds;

/// All states that one resource has ever had. The API may show a change some time after it
/// happened.
template <class Resource>
class past {
public:
  struct entry {
    nanoseconds at;
    nanoseconds visible;           ///< when the API shows it; never before an earlier one
    std::optional<Resource> state; ///< nothing: it does not exist
  };

  void change(nanoseconds at, nanoseconds lag, std::optional<Resource> state) {
    auto visible = at + lag;
    if (!entries_.empty())
      visible = std::max(visible, entries_.back().visible);
    entries_.push_back({at, visible, std::move(state)});
  }
  /// The API shows everything.
  void catch_up(nanoseconds now) {
    for (auto& x : entries_)
      x.visible = std::min(x.visible, now);
  }
  /// The real state.
  const Resource* now() const {
    return entries_.empty() || !entries_.back().state ? nullptr : &*entries_.back().state;
  }
  /// The state that the API shows at that moment.
  const Resource* shown(nanoseconds when) const {
    for (const auto& x : std::views::reverse(entries_))
      if (x.visible <= when)
        return x.state ? &*x.state : nullptr;
    return nullptr;
  }
  const std::vector<entry>& entries() const noexcept { return entries_; }
  /// True when it was in this state (a null pointer: it did not exist) just before the moment, or
  /// at any time since.
  template <class Matches>
  bool was_since(nanoseconds moment, Matches matches) const {
    const Resource* then = nullptr;
    for (const auto& x : entries_) {
      const auto* state = x.state ? &*x.state : nullptr;
      if (x.at < moment)
        then = state;
      else if (matches(state))
        return true;
    }
    return matches(then);
  }
  /// True when the API can have shown such a state (a null pointer: it did not exist) between the
  /// two moments. It shows a change when it happens or up to `visible`.
  template <class Matches>
  bool shown_between(nanoseconds first, nanoseconds last, Matches matches) const {
    const Resource* state = nullptr;
    auto since = nanoseconds::min();
    for (const auto& x : entries_) {
      if (since <= last && first <= x.visible && matches(state))
        return true;
      state = x.state ? &*x.state : nullptr;
      since = x.at;
    }
    return since <= last && matches(state);
  }
  template <class Matches>
  bool ever(Matches matches) const {
    return std::ranges::any_of(entries_,
                               [&](const entry& x) { return x.state && matches(*x.state); });
  }

private:
  std::vector<entry> entries_; ///< oldest first
};

} // namespace volumeviz::simulation
