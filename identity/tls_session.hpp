#pragma once

#include "identity/credentials.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace volumeviz::identity {

/// The certificate of a peer that has proven to have its key.
struct peer_certificate {
  std::vector<std::string> names; ///< in their exact spelling
  std::string fingerprint;        ///< SHA-256 of the certificate, in lower-case hex digits
};

/// One mutually authenticated TLS 1.3 connection over a non-blocking socket. Both sides need a
/// certificate of the CA that is valid now and meant for that side. The caller waits for the
/// socket, so a silent peer costs no thread.
///
/// A peer that sends without a pause gets its turn and no more: after some 16 KiB, read() and
/// handshake() ask to wait for the socket, even if there is more. The session ends when a handshake
/// is too long, or when the peer sends handshake messages without end afterwards. For one thread at
/// a time.
class tls_session {
public:
  enum class step {
    done,
    want_read,  ///< call again when the socket is readable, which may be at once
    want_write, ///< call again when the socket is writable
    ended       ///< closed by the peer, or failed; see why()
  };

  /// `socket` must outlive it. An agent connects, a hub accepts.
  tls_session(std::shared_ptr<const credentials> own, int socket);
  ~tls_session();
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  step handshake();
  step read(std::span<std::byte> into, std::size_t& count);
  step write(std::span<const std::byte> from, std::size_t& count);

  /// The cost of all reads so far, see budgeted_socket::cost(). OpenSSL reads a record in two
  /// steps, so each record costs at least 1,024.
  std::size_t cost() const noexcept;
  /// Whether read() has bytes without the socket.
  bool has_more() const;
  /// Why the session has ended, as the end of a sentence; empty when the peer closed it properly.
  const std::string& why() const noexcept { return why_; }
  /// Valid after the handshake.
  peer_certificate peer() const;
  /// Why the peer's certificate is not for this name; empty: it is. Compares DNS names without
  /// case, and addresses as addresses.
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
