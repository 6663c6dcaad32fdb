#pragma once

#include "messages/changes.hpp"

#include <string>

namespace volumeviz {

/// A row's change as a line of the log: "volume data created", "container web (245c14fcd8ac)
/// updated: Exited (0)", with the short id as Docker's own tools show it. `of` is the container as
/// it was observed, null when it is gone or not known: then it has no name any more.
std::string spoken(const row_change& x, const container* of);

} // namespace volumeviz
