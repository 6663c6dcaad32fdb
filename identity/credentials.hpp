#pragma once

#include "messages/error.hpp"
#include "messages/resources.hpp"

#include <memory>
#include <string>
#include <vector>

using SSL_CTX = struct ssl_ctx_st; // OpenSSL's

namespace volumeviz::identity {

/// Who shows a certificate. It has to be meant for that: an agent's for clients, a hub's for
/// servers, where the certificate says what it is for.
enum class side { agent, hub };

/// Paths of PEM files. The first certificate is ours, those behind it lead to the CA. The CA's file
/// may hold several: while one CA replaces another, both.
struct key_files {
  std::string certificate, key, ca;
};

/// One thing that is wrong with the files: with which, and a sentence without the path.
struct file_complaint {
  enum class file { certificate, key, ca };
  file which = file::certificate;
  std::string text;
};

/// A certificate with its key, and the CA that is trusted. Immutable, and safe to use from several
/// threads. Files that were renewed are read by another load(); who holds the old object may go on
/// using it.
class credentials {
public:
  /// Refuses, with all complaints at once: a file that is missing, can't be read, is too large or
  /// not PEM; an encrypted key, or one that does not fit the certificate or is neither RSA, EC nor
  /// Ed25519; a certificate that the CA has not signed, that has expired or is not valid yet, or is
  /// not meant for this side.
  static tl::expected<std::shared_ptr<const credentials>, std::vector<file_complaint>>
  load(const key_files& from, side own);

  ~credentials();
  credentials(const credentials&) = delete;
  credentials& operator=(const credentials&) = delete;

  side own_side() const noexcept;
  /// What TLS sessions are made from; see tls_session. Lives as long as this object.
  SSL_CTX* context() const noexcept;

  /// When the first of our certificate, those that lead to the CA, and the CA's ends.
  timestamp expires_at() const noexcept;

  /// Whom our certificate is for: its DNS names and addresses, or else its common name.
  std::vector<std::string> names() const;

  /// Whether our certificate is for this name, in this spelling: what a hub asks of an agent. The
  /// common name counts where there are no others.
  bool is_for(const std::string& name) const;

private:
  struct implementation;
  explicit credentials(std::unique_ptr<const implementation> impl);
  std::unique_ptr<const implementation> impl_;
};

} // namespace volumeviz::identity
