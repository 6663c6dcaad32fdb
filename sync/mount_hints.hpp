#pragma once

#include "sync/committed_fetch.hpp"

#include <set>
#include <string>

namespace volumeviz::sync {

/// What the handler of the other kind should fetch.
struct mount_hints {
  std::set<std::string> keys;
  /// The whole kind: the store's answer did not name all mounts that it changed.
  bool all = false;
};

/// Mounts tie volumes and containers together:
///
/// | committed                            | the other handler fetches                            |
/// |--------------------------------------|------------------------------------------------------|
/// | an inspect has added a mount         | its volume, whose own event may be late or lost      |
/// | the deletion of a volume has deleted | its container, which may mount a newer volume of the |
/// | a mount                              | same name: the deletion takes that mount along       |
mount_hints mount_hints_of(const committed_fetch& x);

} // namespace volumeviz::sync
