#pragma once

#include <tl/expected.hpp>

#include <set>
#include <string>

namespace volumeviz::identity {

/// The fingerprints in a list of revoked certificates, in lower-case hex digits, or why the file
/// can't be used (the end of a sentence). One certificate a line, as
/// `openssl x509 -noout -fingerprint -sha256` prints it, or the 64 hex digits alone; empty lines
/// and what follows a '#' are skipped.
tl::expected<std::set<std::string>, std::string> read_revoked(const std::string& path);

} // namespace volumeviz::identity
