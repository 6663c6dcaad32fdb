#pragma once

#include "wire/local_socket.hpp"
#include "wire/reports.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace volumeviz::wire {

/// Why a connection has ended; empty while it is open. Thread-safe.
class connection_end {
public:
  void set(std::string why) {
    const std::lock_guard lock(mutex_);
    if (why_.empty())
      why_ = std::move(why);
  }
  std::string why() const {
    const std::lock_guard lock(mutex_);
    return why_;
  }

private:
  mutable std::mutex mutex_;
  std::string why_;
};

/// What a dialer needs.
struct dialer_parts {
  credentials_source credentials{}; ///< null: without TLS
  revocation_check revoked{};       ///< null: no list
  front_reports reports{};
};

/// An agent's connection to its hub; the counterpart of hub_front. It connects, does the TLS
/// handshake with our certificate, checks that the hub's certificate is for the name in
/// HUB_ADDRESS, and passes on the frames that an agent_filter allows. All work is done in one
/// thread, which sleeps while nothing happens.
class dialer {
public:
  struct outcome {
    local_socket socket;                 ///< CAF's end of the connection; closed when it failed
    std::string why;                     ///< why connecting failed
    std::shared_ptr<connection_end> end; ///< set before CAF's end is closed
  };

  explicit dialer(dialer_parts parts);
  ~dialer();
  dialer(const dialer&) = delete;
  dialer& operator=(const dialer&) = delete;

  /// Connects, and calls `done` once in the dialer's thread: within 2.5 seconds, even if the
  /// network or the name service hangs. Not called after the dialer's end.
  void dial(const std::string& host, std::uint16_t port, std::function<void(outcome)> done);

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace volumeviz::wire
