#pragma once

#include "tests/fleet/network.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace volumeviz::fleet {

/// A port of 127.0.0.1 within a network namespace that forwards connections to another address,
/// with a delay or not at all, like a long or overloaded line. Thread-safe.
class slow_link {
public:
  /// `address` must be an IPv4 address.
  slow_link(const network_namespace& where, const std::string& address, std::uint16_t port);
  ~slow_link();
  slow_link(const slow_link&) = delete;
  slow_link& operator=(const slow_link&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  void delay(std::chrono::milliseconds by); ///< in each direction
  /// Forwards nothing, not even the end of a connection. The kernel still accepts new connections.
  void stall(bool yes);
  void cut(); ///< ends every connection

private:
  struct connection;
  void accept_all();
  void carry(connection& x);

  const network_namespace& where_;
  std::string backend_address_;
  std::uint16_t backend_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<std::int64_t> delay_ms_ = 0;
  std::atomic<bool> stalled_ = false, stopping_ = false;
  std::mutex mutex_; ///< over connections_
  std::list<std::unique_ptr<connection>> connections_;
  std::thread acceptor_;
};

} // namespace volumeviz::fleet
