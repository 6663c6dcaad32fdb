#pragma once

// Only for sources of identity/.

#include "identity/openssl.hpp"

#include <cstddef>

namespace volumeviz::identity {

/// Gives OpenSSL access to a non-blocking socket, within a budget. After 16 KiB a read reports that
/// nothing is there, even if there is more. The caller then waits for the socket, which is readable
/// at once, and the loop serves other connections in between. Without this, OpenSSL would work in
/// one call for as long as the peer sends.
class budgeted_socket {
public:
  explicit budgeted_socket(int fd) noexcept : fd_(fd) {}

  /// A BIO that reads from and writes to this socket; null: out of memory. This object must outlive
  /// it and not move.
  bio_ptr make_bio();

  /// The cost of all reads so far: their bytes, where each read counts as at least 512. A record of
  /// one byte causes as much work as one of some hundred.
  std::size_t cost() const noexcept { return cost_; }

private:
  static int read(BIO* bio, char* into, int size);
  static int write(BIO* bio, const char* from, int size);
  static long control(BIO* bio, int what, long number, void* pointer);
  static const BIO_METHOD* method();
  int receive(BIO* bio, char* into, int size);

  const int fd_;
  std::size_t cost_ = 0;
  std::size_t turn_ends_at_ = 0; ///< the cost from which on reads report that nothing is there
  bool ended_ = false;           ///< the peer has closed the connection
};

} // namespace volumeviz::identity
