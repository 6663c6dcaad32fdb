#pragma once

#include "messages/resources.hpp"

#include <string>
#include <vector>

namespace volumeviz {

/// The Docker daemon that answered. Fetched again at every connect, since a daemon can be upgraded
/// between two connections.
struct daemon_identity {
  /// The version that this program speaks with it: the lower of its own highest and the daemon's.
  std::string api_version;
  /// Survives restarts of the daemon. Lost with its data root, and cloned with an image of a VM.
  std::string engine_id;
  std::string engine_version;    ///< e.g. "20.10.24+dfsg1"
  bool podman = false;           ///< the daemon speaks Podman's dialect
  timestamp daemon_time = never; ///< the daemon's clock when it answered
  timestamp local_time = never;  ///< our clock at the same moment
  std::string name{};            ///< the daemon's name, usually the name of its host
  /// Plugins.Volume of /info. Not part of a message between actors.
  std::vector<std::string> volume_drivers{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, daemon_identity& x) {
  return f(x.api_version, x.engine_id, x.engine_version, x.podman, x.daemon_time, x.local_time);
}

} // namespace volumeviz
