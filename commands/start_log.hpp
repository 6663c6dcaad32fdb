#pragma once

#include "config/settings.hpp"

#include <spdlog/logger.h>

namespace volumeviz::commands {

/// Says in the log what is being started, and what about its settings is worth a warning.
void log_start(const config::settings& settings, spdlog::logger& log);

} // namespace volumeviz::commands
