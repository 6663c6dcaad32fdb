#pragma once

#include "identity/credentials.hpp"
#include "identity/openssl.hpp"

#include <string>

namespace volumeviz::identity {

/// Why a certificate is not accepted: how far from it the cause is (0: itself), and the end of a
/// sentence about it.
struct chain_fault {
  int depth = 0;
  std::string text;
  int code = X509_V_ERR_CERT_REJECTED; ///< OpenSSL's
};

/// The CA's certificates, and what they vouch for.
class trust {
public:
  /// Of certificates that vouches_for_others() holds for.
  explicit trust(const certificates& roots);

  /// Whether the first of `shown` leads to a root, by way of the others, is valid now and meant for
  /// this side. Answers when the first of those on the way, root included, ends.
  tl::expected<timestamp, chain_fault> check(const certificates& shown, side who) const;

private:
  store_ptr store_;
};

/// Whether it is a CA's.
bool vouches_for_others(X509& certificate);

} // namespace volumeviz::identity
