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

/// How long and how many connections may wait.
struct waiting_limits {
  std::size_t connections =
      256; ///< one more ends the one that has waited longest; each is a descriptor
  std::chrono::milliseconds first_byte{10'000};
  std::chrono::milliseconds next_request{60'000};
  std::chrono::milliseconds whole_head{5'000}; ///< from its first byte
  std::chrono::milliseconds linger{500};       ///< for the peer to close after the last answer
};

/// Where connections are while no answer is being made: before a request, in the middle of its
/// head, and after the last answer until the peer has read it. One thread polls all of them, so
/// that a silent or a dripping client costs a descriptor for a while and no thread. A request whose
/// head is complete goes to `ready`.
class waiting_room {
public:
  /// `ready` is called on the room's thread and must not block.
  waiting_room(waiting_limits limits, std::function<void(connection)> ready);
  ~waiting_room(); ///< stops

  void wait_for_request(connection who);
  /// After the last answer: a close with unread input would make the peer lose the answer's end.
  void linger(connection who);
  /// Refuses with an answer, then lingers.
  void refuse(connection who, const refusal& why);
  /// Ends the connection that has waited longest: its descriptor is needed.
  void make_room();
  /// Closes everything that waits; what comes later is closed at once.
  void stop();

private:
  enum class state { idle, reading, lingering };
  struct guest {
    connection who;
    state doing = state::idle;
    steady::time_point deadline;
  };
  using guests = std::list<guest>;

  void run();
  void enter(guest who);
  void admit_newcomers();
  /// Reads what has come, decides; true when the guest has left.
  bool serve(guest& who);
  bool look_for_head(guest& who);
  bool expire(guest& who);
  void start_lingering(guest& who);
  void wake() const noexcept;

  waiting_limits limits_;
  std::function<void(connection)> ready_;
  int wakeup_; ///< an eventfd
  std::mutex mutex_;
  guests newcomers_;     ///< guarded by mutex_
  bool stopped_ = false; ///< guarded by mutex_
  bool crowded_ = false; ///< guarded by mutex_; see make_room
  guests guests_;        ///< of the thread alone; who has waited longest first
  std::vector<pollfd> polled_;
  std::thread thread_;
};

} // namespace volumeviz::http
