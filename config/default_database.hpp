#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>

namespace volumeviz::config {

/// The DATABASE_URL when none is set: an SQLite file in the folder for state, which STATE_DIRECTORY
/// of systemd or the conventions of the system name. Nothing when the user is not root and has no
/// HOME.
std::optional<std::string> default_database(const environment& variables, bool root);

} // namespace volumeviz::config
