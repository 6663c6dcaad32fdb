#pragma once

// OpenSSL's objects with owners. For the sources of identity/ only.

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

/// In the order of the file that they come from: one's own first.
using certificates = std::vector<certificate_ptr>;

/// OpenSSL keeps a list of errors for each thread, and what is left in it is taken for an error of
/// the next TLS connection that the thread serves.
class own_errors {
public:
  own_errors() { ERR_clear_error(); }
  ~own_errors() { ERR_clear_error(); }
  own_errors(const own_errors&) = delete;
  own_errors& operator=(const own_errors&) = delete;
};

} // namespace volumeviz::identity
