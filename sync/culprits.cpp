#include "sync/culprits.hpp"

#include <algorithm>

namespace volumeviz::sync {

void culprits::worked(time_point now) {
  last_success_ = now;
  if (failing_.empty())
    return;
  const auto several = failing_.size() >= limits_.hosts;
  for (const auto& [host, paused_until] : failing_)
    known_[host] = {.suspected_until =
                        now + (several ? limits_.briefly_suspected_for : limits_.suspected_for),
                    .paused_until = several ? now : paused_until};
  failing_.clear();
  std::erase_if(known_, [&](const auto& x) { return x.second.suspected_until <= now; });
}

bool culprits::failed(const std::string& host, duration took, time_point now) {
  const auto again = suspected(host, now);
  failing_[host] = again ? now + std::min(took, limits_.took_max) * limits_.pause_factor : now;
  return failing_.size() >= limits_.hosts || !last_success_
         || now - *last_success_ > limits_.without_success;
}

bool culprits::suspected(const std::string& host, time_point now) const {
  const auto known = known_.find(host);
  return failing_.contains(host) || (known != known_.end() && now < known->second.suspected_until);
}

bool culprits::paused(const std::string& host, time_point now) const {
  const auto known = known_.find(host);
  return known != known_.end() && now < known->second.paused_until;
}

} // namespace volumeviz::sync
