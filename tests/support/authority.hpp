#pragma once

#include "tests/support/scratch.hpp"

#include <chrono>
#include <string>

namespace volumeviz::support {

/// What a certificate is to be like. Times are from now on.
struct certificate_wish {
  std::string subject = "/CN=somebody";
  std::string extensions{};                 ///< lines of an extension file; empty: none
  std::string key = "ec:prime256v1";        ///< "ec:CURVE", "rsa:BITS", "ed25519", …
  std::chrono::seconds begins{-3600};       ///< the first moment
  std::chrono::seconds ends{2 * 24 * 3600}; ///< the last one
};

/// Paths of what was made.
struct issued_files {
  std::string certificate, key;
};

/// A certification authority that lives as long as the object, and what it has signed. Made with
/// the openssl command; throws std::runtime_error with its words when that fails.
class authority {
public:
  explicit authority(const certificate_wish& own = usual());
  /// One that `parent` has signed.
  authority(const authority& parent, const certificate_wish& own);

  issued_files issue(const certificate_wish& wish) const;

  /// Our own certificate and key.
  const issued_files& own() const noexcept { return own_; }
  std::string ca() const { return own_.certificate; }

  /// A CA as it should be.
  static certificate_wish usual();

private:
  issued_files sign(const certificate_wish& wish, const issued_files* signer) const;
  scratch_folder folder_;
  mutable int made_ = 0;
  issued_files own_;
};

/// What deploy/fleet-certificates makes, made here: for an agent, or for a hub.
certificate_wish agent_wish(const std::string& name);
certificate_wish hub_wish(const std::string& alternative_names); ///< as "DNS:hub,IP:127.0.0.1"

} // namespace volumeviz::support
