#pragma once

#include "messages/link_violation.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <utility>

namespace volumeviz::wire {

using violation = link_violation;
using refusal = link_refusal;

/// Why a connection is ended, and what was sent, as a part of a sentence for a log.
struct complaint {
  violation why = violation::header;
  std::string what;
  /// False: nobody is to blame, and nothing is counted. A newer connection of the same process has
  /// come while the older one still stood.
  bool blames = true;
  /// The connection is one too many: counted as refused, and not as a violation.
  std::optional<refusal> refused{};
};

inline tl::unexpected<complaint> refuse(violation why, std::string what) {
  return tl::unexpected{complaint{why, std::move(what)}};
}
inline tl::unexpected<complaint> refuse(refusal why, std::string what) {
  return tl::unexpected{complaint{violation::operation, std::move(what), false, why}};
}

} // namespace volumeviz::wire
