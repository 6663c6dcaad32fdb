#include "identity/key_kind.hpp"

namespace volumeviz::identity {

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

} // namespace volumeviz::identity
