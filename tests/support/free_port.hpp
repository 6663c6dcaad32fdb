#pragma once

#include <cstdint>

namespace volumeviz::support {

/// A port of 127.0.0.1 where nothing listens now. Throws std::runtime_error when there is none.
std::uint16_t free_port();

} // namespace volumeviz::support
