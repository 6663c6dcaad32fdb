#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace volumeviz::http {

using steady = std::chrono::steady_clock;

/// Owns an accepted socket, with what was read from it and is not yet answered.
class connection {
public:
  explicit connection(int socket) noexcept : socket_{socket} {}
  connection(connection&& other) noexcept
      : input(std::move(other.input)), scanned(other.scanned), head_size(other.head_size),
        requests(other.requests),
        queued_at(other.queued_at), socket_{std::exchange(other.socket_, -1)} {}
  connection& operator=(connection&& other) noexcept {
    connection moved{std::move(other)};
    std::swap(socket_, moved.socket_);
    input = std::move(moved.input);
    scanned = moved.scanned;
    head_size = moved.head_size;
    requests = moved.requests;
    queued_at = moved.queued_at;
    return *this;
  }
  ~connection();

  int socket() const noexcept { return socket_; }

  /// Sends without waiting, for short refusals: what the peer's window does not take at once is
  /// lost.
  void send_now(std::string_view text) const noexcept;
  /// Ends our side: the peer sees the end of the stream.
  void end_output() const noexcept;

  std::string input;            ///< read, not yet answered
  std::size_t scanned = 0;      ///< of input, see find_head
  std::size_t head_size = 0;    ///< of the request at the front of input, once it is complete
  int requests = 0;             ///< answered so far
  steady::time_point queued_at; ///< when its request was complete

private:
  int socket_;
};

} // namespace volumeviz::http
