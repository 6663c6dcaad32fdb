#include "persistence/connection_pool.hpp"

#include <algorithm>

namespace volumeviz::persistence {

connection_pool::slot_type& connection_pool::take(session_deadline::clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  const auto unused = [this] { return std::ranges::find(slots_, false, &slot_type::taken); };
  if (!freed_.wait_until(lock, deadline, [&] { return unused() != slots_.end(); }))
    throw sql_error{trouble::away,
                    "all connections for reading are busy: send fewer requests at once"};
  auto& slot = *unused();
  slot.taken = true;
  return slot;
}

void connection_pool::give_back(slot_type& slot) {
  {
    const std::scoped_lock lock{mutex_};
    slot.taken = false;
  }
  freed_.notify_one();
}

} // namespace volumeviz::persistence
