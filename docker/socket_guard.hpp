#pragma once

#include "runtime/deadlines.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

namespace volumeviz::docker {

/// Ends a blocking call on a socket when its deadline has passed, or when another thread calls
/// stop(). It works in every phase of a connection, also while connecting and during a TLS
/// handshake. It shuts the socket down through a duplicate of the descriptor: the number of a
/// duplicate can't be reused before the guard itself has closed it.
class socket_guard {
public:
  using time_point = deadline_keeper::time_point;

  explicit socket_guard(std::shared_ptr<deadline_keeper> keeper);
  ~socket_guard();
  socket_guard(const socket_guard&) = delete;
  socket_guard& operator=(const socket_guard&) = delete;

  /// From any thread: ends the call in flight, and each later one at once.
  void stop() noexcept;
  bool stopped() const noexcept;
  /// From any thread: there is a socket, and the kernel has not heard that the peer closed it.
  /// False as soon as the peer has closed, even if data before the end is still unread.
  bool peer_open() const noexcept;

  // All below is for the thread that makes the calls.

  /// A call begins. It ends at `until`, if there is one. Again during a call: changes its deadline.
  void begin(std::optional<time_point> until);
  void end();
  /// The deadline of the call has passed.
  bool expired() const;

  /// The socket that calls use from now on.
  void watch(int socket);
  void forget();
  /// There is a socket, and it has data to read or its peer has not closed it.
  bool connected() const;

private:
  void shut_down() const noexcept;
  void replace(int socket) noexcept;

  const std::shared_ptr<deadline_keeper> keeper_;
  mutable std::mutex mutex_; ///< for socket_; never held while call_ is used, whose action takes it
  int socket_ = -1;
  std::atomic<bool> stopped_{false};
  std::optional<time_point> until_; ///< of the present call, or of the last one
  timed_action call_;
};

} // namespace volumeviz::docker
