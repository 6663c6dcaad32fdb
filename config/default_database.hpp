#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>

namespace volumeviz::config {

/// The DATABASE_URL that holds when none is set: an SQLite file where systemd (STATE_DIRECTORY) or
/// the system's conventions want state to be. Nothing when the user is not root and has no home.
std::optional<std::string> default_database(const environment& variables, bool root);

} // namespace volumeviz::config
