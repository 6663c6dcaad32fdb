#pragma once

#include "identity/credentials.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace volumeviz::identity {

/// Whom the certificate is for that a peer has proven to have the key of.
struct peer_certificate {
  std::vector<std::string> names; ///< as they are spelled there
  std::string fingerprint;        ///< SHA-256 of the certificate, in lower-case hex digits
};

/// One TLS 1.3 connection over a socket that does not block, mutually authenticated: both sides
/// show a certificate of the CA that is valid now and meant for that side. Whoever asks waits for
/// the socket itself, so that neither a thread nor a loop is spent on a peer that is silent.
/// A peer that sends without a pause gets its turn and no more: read() and handshake() ask for the
/// socket again after some 16 KiB, also when there is more. One whose handshake is too long, or
/// that sends messages of that kind without an end afterwards, is ended. For one thread at a time.
class tls_session {
public:
  enum class step {
    done,
    want_read,  ///< call again when the socket can be read, which may be at once
    want_write, ///< ... can be written
    ended       ///< closed by the peer, or failed: see why()
  };

  /// `socket` must outlive it. An agent connects, a hub accepts.
  tls_session(std::shared_ptr<const credentials> own, int socket);
  ~tls_session();
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  step handshake();
  step read(std::span<std::byte> into, std::size_t& count);
  step write(std::span<const std::byte> from, std::size_t& count);

  /// What reading has cost so far: the bytes that have come, where each record counts as a thousand
  /// at least.
  std::size_t cost() const noexcept;
  /// Whether read() has something without the socket.
  bool has_more() const;
  /// Why it has ended, as the end of a sentence; empty when the peer closed it in order.
  const std::string& why() const noexcept { return why_; }
  /// After the handshake.
  peer_certificate peer() const;
  /// Whether the peer's certificate is for this name: DNS names are compared without case,
  /// addresses as addresses. Empty, or why not.
  std::string mismatch(const std::string& name) const;

private:
  struct openssl;
  step after(int result);
  step end(std::string why);

  std::shared_ptr<const credentials> own_;
  std::string why_;
  std::unique_ptr<openssl> tls_;
};

} // namespace volumeviz::identity
