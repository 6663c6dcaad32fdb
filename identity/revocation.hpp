#pragma once

#include <tl/expected.hpp>

#include <set>
#include <string>

namespace volumeviz::identity {

/// Reads the fingerprints of revoked certificates, in lower-case hex digits, or returns why the
/// file can't be used (the end of a sentence). Each line has one fingerprint: 64 hex digits, or the
/// output of `openssl x509 -noout -fingerprint -sha256`. Skips empty lines and text behind a '#'.
tl::expected<std::set<std::string>, std::string> read_revoked(const std::string& path);

} // namespace volumeviz::identity
