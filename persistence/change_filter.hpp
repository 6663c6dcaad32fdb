#pragma once

#include "persistence/history.hpp"

#include <optional>

namespace volumeviz::persistence {

/// A text that no row has: PostgreSQL's protocol would end it at the NUL.
bool has_nul(const change_filter& which);

} // namespace volumeviz::persistence
