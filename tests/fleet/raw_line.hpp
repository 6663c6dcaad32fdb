#pragma once

#include "tests/support/authority.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::fleet {

/// A TCP connection to a port of 127.0.0.1, with or without TLS, for bytes that no honest program
/// would send. It continues to read while it waits to send, so that the two sides can't block each
/// other.
class raw_line {
public:
  /// Connects from a given local address, such as 127.0.0.2. Throws std::system_error when the port
  /// refuses.
  explicit raw_line(std::uint16_t port, const std::string& from = "127.0.0.1");
  ~raw_line();
  raw_line(raw_line&& other) noexcept;
  raw_line& operator=(raw_line&&) = delete;

  /// Does a client's TLS handshake, without checking the server's certificate, and with
  /// `certificate` if it is set. False when the server refuses, or is silent for 5 s. A TLS 1.3
  /// server refuses a certificate later, by ending the connection.
  bool begin_tls(const std::optional<support::issued_files>& certificate);

  /// False when the peer has ended the connection, or does not read the bytes in time.
  bool send(std::string_view bytes, std::chrono::milliseconds bound = std::chrono::seconds{10});
  /// Exactly `size` bytes; empty when the connection or the time ends before.
  std::optional<std::string> receive(std::size_t size, std::chrono::milliseconds bound);
  /// Whether bytes are waiting to be received. Does not wait.
  bool has(std::size_t size);
  /// Whether the peer ends the connection within the time. Drops everything that it sends until
  /// then.
  bool ends_within(std::chrono::milliseconds bound);

private:
  struct tls;

  /// Reads what is there.
  void drain();
  /// Tries once; returns how many bytes were sent.
  std::size_t write_some(std::string_view bytes);
  void wait(std::chrono::steady_clock::time_point until, bool also_writing) const;

  int socket_ = -1;
  std::unique_ptr<tls> tls_;
  std::string received_;
  bool ended_ = false;
};

} // namespace volumeviz::fleet
