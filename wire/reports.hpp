#pragma once

#include "identity/credentials.hpp"
#include "wire/violation.hpp"

#include <functional>
#include <memory>
#include <string>

namespace volumeviz::wire {

/// Whom a front tells what it has refused. Called in its thread; must not block. `who`: the peer's
/// address, and the names that it has proven; `what`: what it has sent, or why it was refused.
struct front_reports {
  std::function<void(violation why, const std::string& who, const std::string& what)> violated;
  std::function<void(refusal why, const std::string& who, const std::string& what)> refused;
};

/// Our certificate and key as they are now; null without TLS.
using credentials_source = std::function<std::shared_ptr<const identity::credentials>()>;
/// Whether the certificate of this fingerprint is revoked.
using revocation_check = std::function<bool(const std::string& fingerprint)>;

} // namespace volumeviz::wire
