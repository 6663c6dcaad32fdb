#include "sync/barrier_queue.hpp"

#include "runtime/invariant.hpp"

#include <algorithm>

namespace volumeviz::sync {

void barrier_queue::add(std::uint64_t number, timestamp at) {
  if (at < last_) {
    barriers_.clear();
    verified_ = never;
  }
  last_ = at;
  if (barriers_.size() == waiting_max)
    barriers_.pop_back();
  invariant(barriers_.empty() || barriers_.back().number <= number, "barriers are in order");
  barriers_.push_back({.number = number, .at = at});
}

void barrier_queue::complete(std::uint64_t oldest) {
  if (!listed_)
    return;
  while (!barriers_.empty() && barriers_.front().number < oldest) {
    verified_ = std::max(verified_, barriers_.front().at);
    barriers_.pop_front();
  }
}

} // namespace volumeviz::sync
