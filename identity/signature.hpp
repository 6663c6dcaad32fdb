#pragma once

#include "identity/openssl.hpp"

#include <optional>
#include <string>

namespace volumeviz::identity {

/// Whether the key is of a kind that signs here: RSA, EC or Ed25519.
bool can_sign(const EVP_PKEY& key);

/// RSA: PSS with SHA-256; EC: ECDSA with SHA-256; Ed25519 as it is. Nothing when OpenSSL can't.
std::optional<std::string> sign_with(EVP_PKEY& key, const std::string& text);

/// Whether the signature of `text` was made with the private half of `key`.
bool is_signed_with(EVP_PKEY& key, const std::string& text, const std::string& signature);

} // namespace volumeviz::identity
