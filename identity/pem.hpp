#pragma once

#include "identity/openssl.hpp"

#include <tl/expected.hpp>

#include <string>

namespace volumeviz::identity {

/// The largest file, and the largest chain of a peer.
inline constexpr std::size_t pem_size_max = 64 * 1024;
/// The most certificates in one file or chain.
inline constexpr std::size_t certificates_max = 16;

/// Reads the whole file, or returns why not, as the end of a sentence. Refuses all but regular
/// files, since others may block.
tl::expected<std::string, std::string> read_file(const std::string& path);

/// Reads all certificates in the text, at least one, or returns why not. Skips other PEM blocks.
tl::expected<certificates, std::string> read_certificates(const std::string& pem);

/// Reads the private key in the text, or returns why not. Never asks for a passphrase.
tl::expected<key_ptr, std::string> read_key(const std::string& pem);

} // namespace volumeviz::identity
