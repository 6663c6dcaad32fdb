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

/// The daemon's own name, for a node in a container without NODE_NAME. Fails with ec::bad_request
/// when the name can't be a NODE_NAME.
result<std::string> name_from_daemon(const config::settings& settings);

/// Whether the node must know the daemon's name before it can write rows.
bool waits_for_name(const config::settings& settings);

/// Requests the name until the daemon answers, and stores it. Meanwhile it serves /api/v1/health…
/// with the reason: the node is alive but not ready, so that it is not restarted again and again.
/// `stopped_within` waits for the given time and is true when the node must stop. Returns nothing
/// when the name is known, otherwise the exit code.
std::optional<config::exit_code>
wait_for_name(config::settings& settings, spdlog::logger& log,
              const std::function<bool(std::chrono::milliseconds)>& stopped_within);

} // namespace volumeviz::commands
