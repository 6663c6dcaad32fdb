#pragma once

#include "config/settings.hpp"
#include "docker/client.hpp"

namespace volumeviz::commands {

/// The daemon that the settings name.
docker::endpoint docker_endpoint(const config::settings& settings);

} // namespace volumeviz::commands
