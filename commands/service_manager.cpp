#include "commands/service_manager.hpp"

#include <algorithm>
#include <systemd/sd-daemon.h>

namespace volumeviz::commands::service_manager {

void ready(std::uint16_t port) {
  sd_notifyf(0, "READY=1\nSTATUS=listening on port %d", int{port});
}

void stopping() {
  sd_notify(0, "STOPPING=1");
}

void alive() {
  sd_notify(0, "WATCHDOG=1");
}

std::optional<std::chrono::milliseconds> watchdog_interval() {
  std::uint64_t us = 0;
  if (sd_watchdog_enabled(0, &us) > 0 && us > 0)
    return std::chrono::milliseconds{std::max<std::uint64_t>(us / 2000, 1)};
  return std::nullopt;
}

} // namespace volumeviz::commands::service_manager
