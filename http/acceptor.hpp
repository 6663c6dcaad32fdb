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
  /// `make_room` when the process or the system has no descriptor left for one.
  acceptor(std::function<void(connection)> take, std::function<void()> make_room);
  ~acceptor(); ///< stops
  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;

  /// Listens from now on; the port, a free one where 0 was asked for. Fails with ec::bad_request
  /// and a sentence when the address can't be bound.
  result<std::uint16_t> listen(const text::host_port& where);
  /// Accepts nothing more. Not to be called by `take`.
  void stop();

private:
  void run();
  void accept_one();
  /// Waits until a connection has come; false when it is time to stop.
  bool wait();
  /// Waits without looking at connections.
  void pause() const;

  std::function<void(connection)> take_;
  std::function<void()> make_room_;
  int wakeup_; ///< an eventfd; readable when it is time to stop
  int socket_ = -1;
  std::thread thread_;
};

} // namespace volumeviz::http
