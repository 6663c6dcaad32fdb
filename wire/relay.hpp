#pragma once

#include "wire/asio.hpp"
#include "wire/frame_filter.hpp"
#include "wire/frame_stream.hpp"
#include "wire/local_socket.hpp"
#include "wire/peer_socket.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace volumeviz::wire {

/// Passes frames between a peer and CAF, which has the other end of a pair of local sockets. The
/// filter checks each frame of the peer. CAF gets its end with the first frame that passes.
class relay : public std::enable_shared_from_this<relay> {
public:
  using steady = std::chrono::steady_clock;
  struct parts {
    std::unique_ptr<frame_filter> filter;
    /// Gives CAF its end.
    std::function<void(local_socket)> hand_over;
    /// How long to stop reading, after reading at this cost (see peer_socket::take_cost()) and
    /// these complete frames. Called again after an answer was sent.
    std::function<steady::duration(std::size_t cost, const std::vector<frame_header>& seen)> pace;
  };

  relay(std::unique_ptr<peer_socket> peer, parts with);

  /// Gives CAF its end at once, since an agent's CAF sends the first frame. False: out of
  /// descriptors.
  bool open();
  /// Runs until the connection has ended. Returns the violation or refusal, if one ended it.
  asio::awaitable<std::optional<complaint>> run();
  void close();

  peer_socket& peer() noexcept { return *peer_; }
  /// Since when bytes from CAF have waited for the peer without a pause; empty: none wait.
  std::optional<steady::time_point> unsent_since() const noexcept { return unsent_since_; }
  /// Whether a frame of the peer has passed.
  bool has_received() const noexcept { return received_any_; }

private:
  asio::awaitable<bool> forward(const std::vector<std::byte>& frames);
  asio::awaitable<void> slow_down(const std::vector<frame_header>& seen);
  asio::awaitable<void> send();

  std::unique_ptr<peer_socket> peer_;
  parts parts_;
  received_stream received_;
  sent_stream sent_;
  inside_socket inside_;
  asio::steady_timer pause_;
  std::optional<steady::time_point> unsent_since_;
  bool received_any_ = false;
  bool closed_ = false;
};

} // namespace volumeviz::wire
