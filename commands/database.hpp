#pragma once

#include "config/settings.hpp"
#include "persistence/store.hpp"

namespace volumeviz::commands {

/// The database that the settings name, with what is recorded of changes.
persistence::database database_of(const config::settings& settings);

} // namespace volumeviz::commands
