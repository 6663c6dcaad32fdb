#pragma once

#include "http/connection.hpp"
#include "messages/error.hpp"
#include "text/host_port.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace volumeviz::http {

/// The listening socket. The thread of the idle connections polls it and accepts on it.
class acceptor {
public:
  /// Both are called by accept_some() and must not block: `take` with each connection,
  /// `close_oldest` when the process or the system has no descriptor left for the next one.
  acceptor(std::function<void(connection)> take, std::function<void()> close_oldest)
      : take_{std::move(take)}, close_oldest_{std::move(close_oldest)} {}
  ~acceptor() { close(); }
  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;

  /// Starts listening and returns the port, which is a free one where `where.port` is 0. Fails with
  /// ec::bad_request when the address can't be bound.
  result<std::uint16_t> listen(const text::host_port& where);
  int socket() const noexcept { return socket_; }
  /// Accepts the connections that wait, some at a time. Returns how long to wait before the next
  /// call.
  std::chrono::milliseconds accept_some();
  void close();

private:
  std::chrono::milliseconds pause_after(int error) const;

  std::function<void(connection)> take_;
  std::function<void()> close_oldest_;
  int socket_ = -1;
};

} // namespace volumeviz::http
