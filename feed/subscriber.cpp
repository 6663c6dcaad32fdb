#include "feed/subscriber.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::feed {

void subscriber::advance(const recent_changes& recent, time_point now) {
  while (!is_behind(recent) && waiting_.has_room()) {
    const auto* next = recent.next(position_);
    if (next == nullptr) {
      position_ = std::max(position_, recent.tail());
      return;
    }
    position_ = next->row.id;
    if (matches(which_, next->row))
      waiting_.add(next->text, now);
  }
}

std::optional<page_request> subscriber::next_page(const recent_changes& recent, time_point now) {
  const bool waits = retry_ != time_point::max() && now < retry_;
  if (!is_behind(recent))
    retry_ = time_point::max();
  // A page waits for an empty outbox: so each subscriber costs one page at most.
  if (!is_behind(recent) || is_reading_ || !waiting_.empty() || waits)
    return {};
  is_reading_ = true;
  retry_ = time_point::max();
  return page_request{.which = which_,
                      .after = position_,
                      .upto = std::min(recent.tail(), position_ + limits_.page_ids),
                      .is_part = recent.tail() - position_ > limits_.page_ids,
                      .most = limits_.page};
}

void subscriber::take(page_answer answer, time_point now, time_point retry) {
  is_reading_ = false;
  if (answer.after != position_)
    return; // it has gone on from elsewhere since it asked
  if (answer.failed || answer.upto <= position_)
    retry_ = retry;
  for (auto& x : answer.changes)
    waiting_.add(std::move(x.text), now);
  position_ = std::max(position_, answer.upto);
}

} // namespace volumeviz::feed
