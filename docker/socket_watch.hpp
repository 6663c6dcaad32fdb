#pragma once

#include "docker/client.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace volumeviz::docker {

/// Notices that the daemon's unix socket has been created again, so that a long backoff can end
/// early. Watches nothing for other endpoints, or when the socket's directory does not exist.
/// Nothing depends on it: a daemon behind socket activation creates no new file.
///
/// It has no thread and never blocks. Its owner waits for `descriptor()` beside other things.
class socket_watch {
public:
  explicit socket_watch(const endpoint& where);
  ~socket_watch();
  socket_watch(const socket_watch&) = delete;
  socket_watch& operator=(const socket_watch&) = delete;

  bool watching() const noexcept { return inotify_ >= 0; }
  /// Readable when something in the socket's directory has changed; -1: watches nothing.
  int descriptor() const noexcept { return inotify_; }
  /// When to call appeared() again although the descriptor is not readable: the file exists a
  /// moment before the daemon listens.
  std::optional<std::chrono::milliseconds> next_try() const noexcept;
  /// True once for each time that the socket file was created, or its permissions changed, and the
  /// socket accepts connections.
  bool appeared();

private:
  bool socket_touched() const;
  bool accepts_connections() const;

  std::string path_;
  std::string name_;
  int inotify_ = -1;
  int tries_left_ = 0; ///< above 0 while the file exists and no listener is known
};

} // namespace volumeviz::docker
