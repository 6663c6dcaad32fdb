#pragma once

#include "identity/credentials.hpp"
#include "identity/openssl.hpp"

#include <string>

namespace volumeviz::identity {

/// Why a certificate is refused. `depth`: the position of the cause in the chain (0: the
/// certificate itself). `text`: the end of a sentence about it.
struct chain_fault {
  int depth = 0;
  std::string text;
  int code = X509_V_ERR_CERT_REJECTED; ///< OpenSSL's
};

/// Checks certificates against the CA's certificates.
class trust {
public:
  /// All `roots` must be CA certificates, see is_ca().
  explicit trust(const certificates& roots);

  /// Checks that the first certificate leads to a root by way of the others, is valid now and is
  /// meant for this side. Returns the earliest expiry in its chain, root included.
  tl::expected<timestamp, chain_fault> check(const certificates& chain, side of) const;

private:
  store_ptr store_;
};

/// Whether it is a CA certificate.
bool is_ca(X509& certificate);

} // namespace volumeviz::identity
