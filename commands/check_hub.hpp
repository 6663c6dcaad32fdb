#pragma once

#include "config/settings.hpp"
#include "messages/error.hpp"

#include <string>

namespace volumeviz::commands {

/// Connects to an agent's hub and exchanges hellos, without reporting anything. Returns a line
/// about the hub for people.
result<std::string> try_hub(const config::settings& settings);

} // namespace volumeviz::commands
