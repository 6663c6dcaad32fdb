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
#include <string>
#include <vector>

namespace volumeviz::wire {

/// Carries frames between a peer and CAF, which has the other end of a pair of local sockets. What
/// the peer sends goes through the filter. CAF learns of the connection with the first frame that
/// passes.
class relay : public std::enable_shared_from_this<relay> {
public:
  using steady = std::chrono::steady_clock;
  struct parts {
    std::unique_ptr<frame_filter> filter;
    /// Gives CAF its end.
    std::function<void(local_socket)> hand_over;
    /// What has just come: the cost of reading, see peer_socket::take_cost(), and the frames that
    /// are complete. How long to read nothing more. Asked again after an answer was sent.
    std::function<steady::duration(std::size_t cost, const std::vector<frame_header>& seen)> pace;
  };

  relay(std::unique_ptr<peer_socket> peer, parts with);

  /// CAF speaks first: an agent's.
  bool open();
  /// Until the connection has ended; answers with what the peer may not do, when that is why.
  asio::awaitable<std::optional<complaint>> run();
  void close();

  peer_socket& peer() noexcept { return *peer_; }
  /// Since when bytes of CAF have waited for the peer without a pause; nothing: none are known to.
  std::optional<steady::time_point> unsent_since() const noexcept { return unsent_since_; }
  /// Whether the peer has sent a frame that passed.
  bool heard() const noexcept { return heard_; }

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
  bool heard_ = false;
  bool closed_ = false;
};

} // namespace volumeviz::wire
