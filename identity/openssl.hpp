#pragma once

// Owners for OpenSSL's objects. Only for sources of identity/.

#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <vector>

namespace volumeviz::identity {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* x) const noexcept {
    Free(x);
  }
};

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using digest_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using store_ptr = std::unique_ptr<X509_STORE, freed_by<X509_STORE_free>>;
using store_context_ptr = std::unique_ptr<X509_STORE_CTX, freed_by<X509_STORE_CTX_free>>;

/// In the order of their file: the own certificate first.
using certificates = std::vector<certificate_ptr>;

/// Clears OpenSSL's error list of this thread before and after a call. OpenSSL would take errors
/// left in it for errors of the next TLS connection that the thread serves.
class error_scope {
public:
  error_scope() { ERR_clear_error(); }
  ~error_scope() { ERR_clear_error(); }
  error_scope(const error_scope&) = delete;
  error_scope& operator=(const error_scope&) = delete;
};

} // namespace volumeviz::identity
