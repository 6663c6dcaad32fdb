#include "feed/outbox.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::feed {

void outbox::add(frame text, time_point now) {
  bytes_ += text->size();
  frames_.push_back({std::move(text), now});
}

void outbox::pieces(std::vector<std::string_view>& to, std::size_t most) const {
  to.clear();
  for (const auto& x : frames_) {
    if (to.size() == most)
      return;
    to.emplace_back(*x.text);
    if (to.size() == 1)
      to.front().remove_prefix(begun_);
  }
}

void outbox::sent(std::size_t bytes) {
  bytes_ -= bytes;
  begun_ += bytes;
  while (!frames_.empty() && begun_ >= frames_.front().text->size()) {
    begun_ -= frames_.front().text->size();
    frames_.pop_front();
  }
  if (frames_.empty())
    frames_.shrink_to_fit();
}

time_point outbox::waits_since() const noexcept {
  return frames_.empty() ? time_point::max() : frames_.front().since;
}

} // namespace volumeviz::feed
