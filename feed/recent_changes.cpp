#include "feed/recent_changes.hpp"

#include "runtime/invariant.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::feed {

void recent_changes::begin(std::int64_t id) {
  changes_.clear();
  bytes_ = 0;
  floor_ = tail_ = id;
}

void recent_changes::add(std::vector<encoded_change> next, std::int64_t upto) {
  for (auto& x : next) {
    invariant(x.row.id > tail_, "changes are followed in the order of their ids");
    tail_ = x.row.id;
    bytes_ += x.text->size();
    changes_.push_back(std::move(x));
  }
  tail_ = std::max(tail_, upto);
  while (changes_.size() > limits_.changes || bytes_ > limits_.bytes) {
    floor_ = changes_.front().row.id;
    bytes_ -= changes_.front().text->size();
    changes_.pop_front();
  }
}

const encoded_change* recent_changes::next(std::int64_t after) const {
  const auto found = std::ranges::upper_bound(changes_, after, {},
                                              [](const encoded_change& x) { return x.row.id; });
  return found == changes_.end() ? nullptr : &*found;
}

} // namespace volumeviz::feed
