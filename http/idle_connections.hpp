#pragma once

#include "http/connection.hpp"
#include "http/head.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <poll.h>
#include <thread>
#include <vector>

namespace volumeviz::http {

/// How many connections may be idle, and for how long.
struct idle_limits {
  /// One more closes the connection that has been idle longest. Each one is a descriptor.
  std::size_t connections = 256;
  std::chrono::milliseconds first_byte{10'000};
  std::chrono::milliseconds next_request{60'000};
  std::chrono::milliseconds whole_head{5'000}; ///< from its first byte
  /// After the last answer, for the peer to close its side.
  std::chrono::milliseconds half_closed{500};
};

/// All connections for which no answer is being made: before a request, in the middle of its head,
/// and half-closed after the last answer until the peer has read it. One thread polls all of them
/// and the listening socket, so a silent or slow client costs a descriptor for a while, and no
/// thread. A connection with a complete head goes to `ready`.
class idle_connections {
public:
  /// `ready` is called on the polling thread and must not block.
  idle_connections(idle_limits limits, std::function<void(connection)> ready);
  ~idle_connections(); ///< stops

  /// From now on the thread calls `accept` when `socket` has a connection to accept. It must not
  /// block, and returns how long to wait before the next call.
  void accept_on(int socket, std::function<std::chrono::milliseconds()> accept);
  /// `accept` is called no more.
  void stop_accepting();
  void wait_for_request(connection peer);
  /// After the last answer: ends our side and discards what still arrives. Closing a socket with
  /// unread input would make the peer lose the end of the answer.
  void half_close(connection peer);
  /// Sends a refusal, then half-closes.
  void refuse(connection peer, const refusal& why);
  /// Closes the connection that has been idle longest, because its descriptor is needed.
  void close_oldest();
  /// Closes all connections. Those that are added later are closed at once.
  void stop();

private:
  enum class state { idle, reading, half_closed };
  struct entry {
    connection peer;
    state doing = state::idle;
    steady::time_point deadline;
  };
  using entries = std::list<entry>;

  void run();
  bool stopped();
  void poll_all();
  void accept_waiting();
  void add(entry added);
  void take_added();
  /// Reads what has arrived. True when the connection is closed or was handed to `ready`.
  bool receive(entry& x);
  /// True when the head is complete and the connection was handed to `ready`.
  bool find_request(entry& x);
  /// True when the connection is to be closed.
  bool expire(entry& x);
  void start_half_close(entry& x);
  void wake() const noexcept;

  idle_limits limits_;
  std::function<void(connection)> ready_;
  int wakeup_; ///< an eventfd
  std::mutex mutex_;
  entries added_;                                     ///< guarded by mutex_
  bool stopped_ = false;                              ///< guarded by mutex_
  bool close_oldest_ = false;                         ///< guarded by mutex_
  std::mutex accept_mutex_;                           ///< held while `accept_` is called
  int listening_ = -1;                                ///< guarded by accept_mutex_; -1: none
  std::function<std::chrono::milliseconds()> accept_; ///< guarded by accept_mutex_
  steady::time_point accept_after_{};                 ///< used by the thread only
  entries all_; ///< used by the thread only; the one that is idle longest is first
  std::vector<pollfd> polled_;
  std::thread thread_;
};

} // namespace volumeviz::http
