#pragma once

#include "http/connection.hpp"
#include "messages/error.hpp"
#include "text/host_port.hpp"

#include <cstdint>
#include <functional>
#include <thread>

namespace volumeviz::http {

/// The listening socket, and the thread that accepts connections on it.
class acceptor {
public:
  /// Both are called on the acceptor's thread and must not block: `take` with each connection,
  /// `close_oldest` when the process or the system has no descriptor left for the next one.
  acceptor(std::function<void(connection)> take, std::function<void()> close_oldest);
  ~acceptor(); ///< stops
  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;

  /// Starts listening and returns the port, which is a free one where `where.port` is 0. Fails with
  /// ec::bad_request when the address can't be bound.
  result<std::uint16_t> listen(const text::host_port& where);
  /// Accepts no more connections. `take` must not call it.
  void stop();

private:
  void run();
  void accept_one();
  /// Waits for the next connection; false when it is time to stop.
  bool wait();
  /// Waits for a moment, or until it is time to stop.
  void pause() const;

  std::function<void(connection)> take_;
  std::function<void()> close_oldest_;
  int wakeup_; ///< an eventfd; readable when it is time to stop
  int socket_ = -1;
  std::thread thread_;
};

} // namespace volumeviz::http
