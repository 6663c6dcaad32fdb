#pragma once

#include "wire/local_socket.hpp"
#include "wire/reports.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace volumeviz::wire {

/// Why a connection has ended, once it has. Thread-safe.
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

/// An agent's way out to its hub: the same wall as a hub_front, from the other side. It connects,
/// proves who we are, checks that the hub's certificate is for the name that was dialed, and lets
/// through what an agent_filter allows. All in one thread that sleeps while nothing happens.
class dialer {
public:
  struct outcome {
    local_socket socket;                 ///< CAF's end of the connection; closed: there is none
    std::string why;                     ///< there is none
    std::shared_ptr<connection_end> end; ///< filled in later, before CAF's end is closed
  };

  explicit dialer(dialer_parts parts);
  ~dialer();
  dialer(const dialer&) = delete;
  dialer& operator=(const dialer&) = delete;

  /// Calls `done` once, in the dialer's thread, after 2.5 seconds at most, whatever the network and
  /// the name service do; never after the dialer's end.
  void dial(const std::string& host, std::uint16_t port, std::function<void(outcome)> done);

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace volumeviz::wire
