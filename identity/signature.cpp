#include "identity/signature.hpp"

#include <openssl/rsa.h>

namespace volumeviz::identity {

namespace {

// Of an RSA key of 8,192 bits, which is the largest that makes sense.
constexpr std::size_t signature_size_max = 1024;

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Ed25519 hashes by itself.
const EVP_MD* digest_for(const EVP_PKEY& key) {
  return EVP_PKEY_get_base_id(&key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

bool choose_padding(const EVP_PKEY& key, EVP_PKEY_CTX* context) {
  return EVP_PKEY_get_base_id(&key) != EVP_PKEY_RSA
         || (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
             && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

} // namespace

bool can_sign(const EVP_PKEY& key) {
  switch (EVP_PKEY_get_base_id(&key)) {
  case EVP_PKEY_RSA:
  case EVP_PKEY_EC:
  case EVP_PKEY_ED25519:
    return true;
  default:
    return false;
  }
}

std::optional<std::string> sign_with(EVP_PKEY& key, const std::string& text) {
  const own_errors errors;
  const digest_ptr state{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* context = nullptr; // belongs to `state`
  std::size_t size = 0;
  if (EVP_DigestSignInit(state.get(), &context, digest_for(key), nullptr, &key) != 1
      || !choose_padding(key, context)
      || EVP_DigestSign(state.get(), nullptr, &size, bytes_of(text), text.size()) != 1)
    return {};
  std::string signature(size, '\0');
  if (EVP_DigestSign(state.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(text), text.size())
      != 1)
    return {};
  signature.resize(size);
  return signature;
}

bool is_signed_with(EVP_PKEY& key, const std::string& text, const std::string& signature) {
  if (signature.size() > signature_size_max)
    return false;
  const own_errors errors;
  const digest_ptr state{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* context = nullptr;
  return EVP_DigestVerifyInit(state.get(), &context, digest_for(key), nullptr, &key) == 1
         && choose_padding(key, context)
         && EVP_DigestVerify(state.get(), bytes_of(signature), signature.size(), bytes_of(text),
                             text.size())
                == 1;
}

} // namespace volumeviz::identity
