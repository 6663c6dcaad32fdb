#pragma once

#include "docker/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace volumeviz::docker {

/// One path that the node uses, and how its request failed.
struct asked_path {
  std::string path;
  std::optional<failure> why; ///< nothing: it succeeded
};

/// Requests each path that the node uses: a proxy may allow some and refuse others. Stops at the
/// first one without any answer. `limit` is for each request. Fails as connect_to() does.
result<std::vector<asked_path>> try_paths(const endpoint& where, deadline limit);

} // namespace volumeviz::docker
