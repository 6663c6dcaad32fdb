#include "sync/lag_list.hpp"

#include "runtime/invariant.hpp"

#include <algorithm>

namespace volumeviz::sync {

void lag_list::add(const lag& x) {
  invariant(lags_.empty() || lags_.back().number <= x.number, "lags are added in order");
  lags_.push_back(x);
  shorten();
}

void lag_list::merge(const lag_list& other) {
  lags_.insert(lags_.end(), other.lags_.begin(), other.lags_.end());
  std::sort(lags_.begin(), lags_.end(),
            [](const lag& a, const lag& b) { return a.number < b.number; });
  shorten();
}

void lag_list::complete(time_point began) {
  std::erase_if(lags_, [began](const lag& x) { return x.until <= began; });
}

time_point lag_list::until() const {
  auto latest = time_point::min();
  for (const auto& x : lags_)
    latest = std::max(latest, x.until);
  return latest;
}

void lag_list::shorten() {
  while (lags_.size() > 2) {
    const auto last = lags_.back();
    lags_.pop_back();
    lags_.back().until = std::max(lags_.back().until, last.until);
  }
}

} // namespace volumeviz::sync
