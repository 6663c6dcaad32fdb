#pragma once

#include <cstdint>
#include <string>

namespace volumeviz::identity {

/// 32 random bytes from the operating system as 64 hex digits: unguessable and unique. For the
/// tokens of sessions. Throws std::system_error when the system has no random numbers, which
/// today's Linux always has.
std::string random_nonce();

/// A random number from the operating system, for values that only have to differ each time.
std::uint64_t random_number();

} // namespace volumeviz::identity
