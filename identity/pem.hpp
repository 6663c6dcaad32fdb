#pragma once

#include "identity/openssl.hpp"

#include <tl/expected.hpp>

#include <string>

namespace volumeviz::identity {

/// The most that is read from a file, and taken from the network.
inline constexpr std::size_t pem_size_max = 64 * 1024;
/// The most certificates in one text.
inline constexpr std::size_t certificates_max = 16;

/// The whole file, or why not, as the end of a sentence. Only regular files: nothing that blocks.
tl::expected<std::string, std::string> read_file(const std::string& path);

/// All certificates in the text, at least one, or why not. Other PEM blocks are skipped.
tl::expected<certificates, std::string> read_certificates(const std::string& pem);

/// The private key in the text, or why not. Never asks for a passphrase.
tl::expected<key_ptr, std::string> read_key(const std::string& pem);

} // namespace volumeviz::identity
