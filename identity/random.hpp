#pragma once

#include <cstdint>
#include <string>

namespace volumeviz::identity {

/// 32 bytes from the operating system as 64 hex digits: nobody can guess it or has had it before.
/// For nonces, and for the secrets of sessions. Throws std::system_error where the system has no
/// random numbers, which no Linux of today does.
std::string random_nonce();

/// The same as a number: for what only has to be another one each time.
std::uint64_t random_number();

} // namespace volumeviz::identity
