#pragma once

// Only for sources of identity/.

#include "identity/credentials.hpp"
#include "identity/openssl.hpp"
#include "identity/trust.hpp"

#include <openssl/ssl.h>

namespace volumeviz::identity {

using ssl_context_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;

/// Creates a context for mutual TLS 1.3, for one side, with our certificate and key. `peers` checks
/// the certificates of the other side and must outlive the context. A refusal is stored in the
/// string that SSL_get_app_data() points to. Null when OpenSSL refuses the certificate or the key.
ssl_context_ptr make_context(const certificates& chain, EVP_PKEY& key, side own,
                             const trust& peers);

} // namespace volumeviz::identity
