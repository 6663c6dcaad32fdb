#pragma once

#include "messages/observation.hpp"
#include "messages/resources.hpp"
#include "sync/fetch.hpp"

namespace volumeviz::sync {

/// A fetch whose rows the store has committed. Refers to its parts, which must outlive it.
struct committed_fetch {
  resource_kind kind;
  const fetch& asked;
  /// The list also asked the daemon which volume drivers are there.
  bool with_drivers;
  const observation& seen;
  const write_summary& written;
};

} // namespace volumeviz::sync
