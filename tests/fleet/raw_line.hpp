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

/// A TCP connection to a port of 127.0.0.1, with TLS or without, for bytes that no honest program
/// would send. While it waits to send it reads on, so that neither side waits for the other.
class raw_line {
public:
  /// From an address of our own, as 127.0.0.2. Throws std::system_error when the port does not
  /// accept.
  explicit raw_line(std::uint16_t port, const std::string& from = "127.0.0.1");
  ~raw_line();
  raw_line(raw_line&& other) noexcept;
  raw_line& operator=(raw_line&&) = delete;

  /// The client's side of a TLS handshake; the server's certificate is not checked. `certificate`
  /// is shown when it is set. False when the server has refused, or says nothing for 5 s. A server
  /// of TLS 1.3 refuses a certificate after this, by ending the connection.
  bool begin_tls(const std::optional<support::issued_files>& certificate);

  /// False when the peer has ended the connection, or does not take the bytes in time.
  bool send(std::string_view bytes, std::chrono::milliseconds bound = std::chrono::seconds{10});
  /// Exactly `size` bytes; nothing when the connection ends or the time is over before.
  std::optional<std::string> receive(std::size_t size, std::chrono::milliseconds bound);
  /// Whether bytes are waiting to be received. Does not wait.
  bool has(std::size_t size);
  /// Whether the peer ends the connection within the time; what it says until then is dropped.
  bool ends_within(std::chrono::milliseconds bound);

private:
  struct tls;

  /// Reads whatever there is.
  void drain();
  /// One try; the bytes that were taken.
  std::size_t write_some(std::string_view bytes);
  void wait(std::chrono::steady_clock::time_point until, bool also_writing) const;

  int socket_ = -1;
  std::unique_ptr<tls> tls_;
  std::string received_;
  bool ended_ = false;
};

} // namespace volumeviz::fleet
