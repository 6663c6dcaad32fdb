#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace volumeviz::docker {

/// Ends what another thread does on a socket: when its time is up, or when somebody says stop.
/// Works in every phase of a connection, also while connecting and during a TLS handshake, by
/// shutting the socket down through a descriptor of its own, which can't be reused by anybody else
/// in between.
class interrupt {
public:
  using time_point = std::chrono::steady_clock::time_point;

  interrupt();
  ~interrupt();
  interrupt(const interrupt&) = delete;
  interrupt& operator=(const interrupt&) = delete;

  /// Sticky: ends the call under way, and every later one at once. From any thread.
  void stop() noexcept;
  bool stopped() const noexcept;
  /// There is a socket, and as far as the kernel knows its other side goes on: true also while
  /// there is something to read, false also when the end is behind that. From any thread.
  bool peer_goes_on() const noexcept;

  // The rest belongs to the thread that makes the calls.

  /// A call begins; it is ended at `until`, or never. Extends or shortens one that has begun.
  void begin(std::optional<time_point> until);
  void end();
  /// The present call has been ended, because its time was up.
  bool expired() const;

  /// The socket that calls use from now on, in place of the one before.
  void watch(int socket);
  void forget();
  /// There is a socket and its other side has not closed it.
  bool connected() const;

private:
  void guard();
  void shut_down() const noexcept;
  bool due() const;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  int socket_ = -1;
  bool stopped_ = false;
  bool leaving_ = false;
  bool under_way_ = false;
  std::optional<time_point> until_;
  std::thread thread_;
};

} // namespace volumeviz::docker
