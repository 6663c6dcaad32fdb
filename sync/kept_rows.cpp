#include "sync/kept_rows.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace volumeviz::sync {

void spare_by_driver(observed<volume>& list, const std::vector<std::string>& named) {
  if (!list.complete)
    return;
  std::set<std::string, std::less<>> there{"local"};
  there.insert(named.begin(), named.end());
  for (const auto& x : list.present)
    there.insert(x.driver);
  list.listed.each([&there](const packed_entry<volume>& x) {
    constexpr std::size_t driver = 1;
    if (const auto its = x.text(driver); !there.contains(its))
      there.emplace(its);
  });
  list.spared.mounted = list.spared.others = true;
  // The last chunk of a list carries all these names. The rows of a driver beyond the limits are
  // spared.
  constexpr std::size_t drivers_max = 1'000, driver_size_max = 1'024;
  for (const auto& x : there)
    if (list.spared.known.size() < drivers_max && x.size() <= driver_size_max)
      list.spared.known.push_back(x);
}

kept_rows::follow_up kept_rows::listed(const std::vector<std::string>& keys, std::uint64_t more,
                                       bool named, const predicate& waits) {
  // How many rows are inspected between two lists, where more rows are kept than the store names.
  constexpr std::size_t turn_max = 50;
  keys_ = {keys.begin(), keys.end()};
  more_ = more;
  progress_ = false;
  const auto turn = more > 0 ? std::min(turn_max, keys.size()) : keys.size();
  turn_ = {keys.begin(), std::next(keys.begin(), static_cast<std::ptrdiff_t>(turn))};
  // A list that knows the drivers of /info probably removes most of these rows.
  if (more_ > 0 && !named)
    return {.ask = {}, .list_again = true};
  follow_up next;
  std::ranges::copy_if(turn_, std::back_inserter(next.ask),
                       [&waits](const std::string& x) { return !waits(x); });
  return next;
}

bool kept_rows::completed(const std::vector<std::string>& keys, const predicate& fail) {
  for (const auto& x : keys) {
    progress_ |= keys_.erase(x) > 0;
    turn_.erase(x);
  }
  return progress_ && more_ > 0 && std::ranges::all_of(turn_, fail)
         && std::exchange(progress_, false);
}

} // namespace volumeviz::sync
