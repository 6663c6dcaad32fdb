#pragma once

#include "messages/violation.hpp"

#include <string>

namespace volumeviz::wire {

/// Why a connection is ended, and what was sent, as a part of a sentence for a log.
struct complaint {
  violation why = violation::header;
  std::string what;
  /// False: nobody is to blame, and nothing is counted. A newer connection of the same process has
  /// come while the older one still stood.
  bool blames = true;
};

} // namespace volumeviz::wire
