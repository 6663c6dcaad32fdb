#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "messages/error.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace volumeviz::commands {

/// The daemon's own name, for a node in a container without NODE_NAME. ec::bad_request when it
/// can't be a NODE_NAME.
result<std::string> name_from_daemon(const config::settings& settings);

/// Whether the name has to be asked before anything of this node can be written.
bool waits_for_name(const config::settings& settings);

/// Asks for the name until the daemon answers, and stores it. Meanwhile /api/v1/health… says what
/// is waited for, so that the node is alive and not ready instead of restarted for ever.
/// `stopped_within`: waits as long, true when the node shall stop. Nothing when the name is known,
/// else how to end.
std::optional<config::exit_code>
wait_for_name(config::settings& settings, spdlog::logger& log,
              const std::function<bool(std::chrono::milliseconds)>& stopped_within);

} // namespace volumeviz::commands
