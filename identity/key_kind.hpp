#pragma once

#include "identity/openssl.hpp"

namespace volumeviz::identity {

/// Whether the key is of a kind that members may use: RSA, EC or Ed25519.
bool can_sign(const EVP_PKEY& key);

} // namespace volumeviz::identity
