#pragma once

// For the sources of identity/ only.

#include "identity/openssl.hpp"

#include <cstddef>

namespace volumeviz::identity {

/// OpenSSL's way to a socket that does not block. It reads a bounded amount and then says that
/// nothing is there, although there may be more: whoever waits for the socket is told at once that
/// it can be read, and others have had their turn in between. Without this, OpenSSL works as long
/// as the peer sends, within one call.
class budgeted_socket {
public:
  explicit budgeted_socket(int fd) noexcept : fd_(fd) {}

  /// A BIO that reads and writes here; null: out of memory. This must outlive it and stay in its
  /// place.
  bio_ptr make_bio();

  /// What reading has cost so far: the bytes, where each read counts as 512 at least. A peer that
  /// sends records of one byte makes us work as much as with records of some hundred.
  std::size_t cost() const noexcept { return cost_; }

private:
  static int read(BIO* bio, char* into, int size);
  static int write(BIO* bio, const char* from, int size);
  static long control(BIO* bio, int what, long number, void* pointer);
  static const BIO_METHOD* method();
  int receive(BIO* bio, char* into, int size);

  const int fd_;
  std::size_t cost_ = 0;
  std::size_t turn_ends_at_ = 0; ///< the cost at which the next read says that nothing is there
  bool ended_ = false;           ///< the peer has closed it
};

} // namespace volumeviz::identity
