#pragma once

#include "identity/credentials.hpp"
#include "wire/violation.hpp"

#include <functional>
#include <memory>
#include <string>

namespace volumeviz::wire {

/// Where a front reports what it has refused. Called in its thread; must not block. `peer`: the
/// peer's address and the names in its certificate. `what`: what it has sent, or why it was
/// refused.
struct front_reports {
  std::function<void(violation why, const std::string& peer, const std::string& what)> violated;
  std::function<void(refusal why, const std::string& peer, const std::string& what)> refused;
};

/// Returns our current certificate and key; null without TLS.
using credentials_source = std::function<std::shared_ptr<const identity::credentials>()>;
/// Whether the certificate with this fingerprint is revoked.
using revocation_check = std::function<bool(const std::string& fingerprint)>;

} // namespace volumeviz::wire
