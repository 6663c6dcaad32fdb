#pragma once

#include "config/settings.hpp"
#include "messages/error.hpp"

#include <string>

namespace volumeviz::commands {

/// Dials the hub of an agent and says hello, no more: what it answered, for people.
result<std::string> try_hub(const config::settings& settings);

} // namespace volumeviz::commands
