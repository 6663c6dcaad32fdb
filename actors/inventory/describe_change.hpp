#pragma once

#include "messages/changes.hpp"

#include <spdlog/logger.h>

#include <string>

namespace volumeviz {

/// Describes the change of a row in one line: "volume data created", "container web (245c14fcd8ac)
/// updated: Exited (0)". The short id is the one that Docker's own tools show. `of` is the
/// container as it was observed, null when it is gone or not known; then the line has no name.
std::string describe(const row_change& x, const container* of);

/// Logs each change of a committed batch at level debug.
void log_changes(spdlog::logger& log, const change_batch& batch, const write_summary& summary);

} // namespace volumeviz
