#pragma once

#include "messages/resources.hpp"

#include <chrono>
#include <functional>

namespace volumeviz {

/// The UTC time. A test supplies its own. Waits use the actor system's clock instead.
using wall_clock = std::function<timestamp()>;

inline timestamp system_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

} // namespace volumeviz
