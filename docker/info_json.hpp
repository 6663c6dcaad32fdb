#pragma once

#include "messages/daemon_identity.hpp"
#include "messages/error.hpp"

#include <string_view>

namespace volumeviz::docker {

/// The parts of /info that matter; the API version and our own time are left to the caller. Fails
/// with ec::docker_malformed.
result<daemon_identity> parse_info(std::string_view body, bool podman);

} // namespace volumeviz::docker
