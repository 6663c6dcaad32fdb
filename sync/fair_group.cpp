#include "sync/fair_group.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace volumeviz::sync {

namespace {

struct queue_of_host {
  std::deque<std::size_t> waiting;
  /// Rows of the batches that were chosen.
  std::size_t rows = 0;
};

/// The hosts in the order of their oldest batches.
std::vector<queue_of_host> by_host(const std::vector<waiting_batch>& all) {
  std::vector<queue_of_host> queues;
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(all[i].host, queues.size());
    if (is_new)
      queues.emplace_back();
    queues[place->second].waiting.push_back(i);
  }
  return queues;
}

} // namespace

std::vector<std::size_t> fair_group(const std::vector<waiting_batch>& all,
                                    const group_limits& limits) {
  auto turns = by_host(all);
  const auto share = turns.size() > 1 ? limits.rows_of_host : limits.rows;
  std::vector<std::size_t> group;
  std::size_t rows = 0;
  while (!turns.empty() && group.size() < limits.batches) {
    std::erase_if(turns, [&](queue_of_host& x) {
      const auto next = x.waiting.front();
      const auto more = std::max<std::size_t>(all[next].rows, 1); // no batch is free of cost
      const auto over_share = x.rows > 0 && x.rows + more > share;
      const auto over_limit = !group.empty() && rows + more > limits.rows;
      if (over_share || over_limit || group.size() >= limits.batches)
        return true;
      group.push_back(next);
      rows += more;
      x.rows += more;
      x.waiting.pop_front();
      return x.waiting.empty();
    });
  }
  std::ranges::sort(group);
  return group;
}

} // namespace volumeviz::sync
