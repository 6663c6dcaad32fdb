#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace volumeviz::http {

using steady = std::chrono::steady_clock;

/// One accepted socket, which it owns, and what was read from it so far.
class connection {
public:
  explicit connection(int socket) noexcept : socket_{socket} {}
  connection(connection&& other) noexcept
      : input(std::move(other.input)), scanned(other.scanned), head_size(other.head_size),
        requests(other.requests), since(other.since), socket_{std::exchange(other.socket_, -1)} {}
  connection& operator=(connection&& other) noexcept {
    connection moved{std::move(other)};
    std::swap(socket_, moved.socket_);
    input = std::move(moved.input);
    scanned = moved.scanned;
    head_size = moved.head_size;
    requests = moved.requests;
    since = moved.since;
    return *this;
  }
  ~connection();

  int socket() const noexcept { return socket_; }

  /// Sends without waiting; what the peer doesn't take at once is lost. For the short answers of an
  /// overloaded or closing server.
  void send_now(std::string_view text) const noexcept;
  /// No more will be sent; the peer sees the end.
  void end_output() const noexcept;

  std::string input;         ///< read, not yet answered
  std::size_t scanned = 0;   ///< of input, see find_head
  std::size_t head_size = 0; ///< of the request at the front of input, once it is complete
  int requests = 0;          ///< answered so far
  steady::time_point since;  ///< when the present state began: waiting, queued

private:
  int socket_;
};

} // namespace volumeviz::http
