#pragma once

#include "messages/error.hpp"
#include "messages/resources.hpp"

#include <memory>
#include <string>
#include <vector>

using SSL_CTX = struct ssl_ctx_st; // OpenSSL's

namespace volumeviz::identity {

/// The side that uses a certificate. If the certificate has an extendedKeyUsage, it must allow this
/// side: clientAuth for an agent, serverAuth for a hub.
enum class side { agent, hub };

/// Paths of PEM files. The first certificate is ours; those behind it lead to the CA. The CA's file
/// may contain several certificates, for example while one CA replaces another.
struct key_files {
  std::string certificate, key, ca;
};

/// One fault of the files: in which file, and a sentence without its path.
struct file_complaint {
  enum class file { certificate, key, ca };
  file which = file::certificate;
  std::string text;
};

/// A certificate with its key, and the trusted CA. Immutable and thread-safe. To read renewed files
/// call load() again; the old object stays usable.
class credentials {
public:
  /// Returns all complaints at once about: a file that is missing, unreadable, too large or not
  /// PEM; a key that is encrypted, does not match the certificate, or is not RSA, EC or Ed25519; a
  /// certificate that the CA has not signed, that has expired or is not valid yet, or is not meant
  /// for this side.
  static tl::expected<std::shared_ptr<const credentials>, std::vector<file_complaint>>
  load(const key_files& from, side own);

  ~credentials();
  credentials(const credentials&) = delete;
  credentials& operator=(const credentials&) = delete;

  side own_side() const noexcept;
  /// The context of TLS sessions, see tls_session. Lives as long as this object.
  SSL_CTX* context() const noexcept;

  /// The earliest expiry of our certificate, the intermediates and the CA's certificate.
  timestamp expires_at() const noexcept;

  /// The names in our certificate: DNS names and addresses, or else the common name.
  std::vector<std::string> names() const;

  /// Whether our certificate is for this name, in this spelling, as a hub requires of an agent. The
  /// common name counts only if there are no other names.
  bool is_for(const std::string& name) const;

private:
  struct implementation;
  explicit credentials(std::unique_ptr<const implementation> impl);
  std::unique_ptr<const implementation> impl_;
};

} // namespace volumeviz::identity
