#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

/// Notifications to systemd, or to another service manager with its protocol. Without one, these
/// functions do nothing.
namespace volumeviz::commands::service_manager {

void ready(std::uint16_t port);
void stopping();
/// Must come once in each watchdog interval, or the node is restarted.
void alive();
/// How often to call alive(): half of what the service manager allows. Nothing when it has no
/// watchdog for this process.
std::optional<std::chrono::milliseconds> watchdog_interval();

} // namespace volumeviz::commands::service_manager
