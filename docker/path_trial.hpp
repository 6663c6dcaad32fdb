#pragma once

#include "docker/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace volumeviz::docker {

/// One path that the node uses, and why it could not be asked.
struct asked_path {
  std::string path;
  std::optional<failure> why; ///< nothing: it was answered
};

/// Asks a daemon each of the paths that the node uses, which `identify` can't tell: a proxy may
/// allow some and refuse others. Stops at the first one that gets no answer at all. `limit` is for
/// each. Fails as connect_to() does.
result<std::vector<asked_path>> try_paths(const endpoint& where, deadline limit);

} // namespace volumeviz::docker
