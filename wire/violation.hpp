#pragma once

#include "messages/link_violation.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <utility>

namespace volumeviz::wire {

using violation = link_violation;
using refusal = link_refusal;

/// Why a connection is ended. `what` continues the log line "it sent ..." or "refused: ...".
struct complaint {
  violation why = violation::header;
  std::string what;
  /// False: not a violation, and not counted. A process has connected again while its older
  /// connection was still open.
  bool blames = true;
  /// The connection exceeds a limit: counted as refused, not as a violation.
  std::optional<refusal> refused{};
};

inline tl::unexpected<complaint> refuse(violation why, std::string what) {
  return tl::unexpected{complaint{why, std::move(what)}};
}
inline tl::unexpected<complaint> refuse(refusal why, std::string what) {
  return tl::unexpected{complaint{violation::operation, std::move(what), false, why}};
}

} // namespace volumeviz::wire
