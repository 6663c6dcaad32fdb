#pragma once

#include "docker/client.hpp"

#include <functional>
#include <string>
#include <thread>

namespace volumeviz::docker {

/// Reports that the daemon's unix socket has been created again, so that a long backoff can end
/// early. Does nothing for other endpoints, or when the socket's directory does not exist. Nothing
/// depends on it: a daemon behind socket activation creates no new file.
class socket_watch {
public:
  /// `appeared` is called on this object's thread when the socket file was created again, or its
  /// permissions changed, and the socket accepts connections. It must not block for long, nor
  /// destroy this object.
  socket_watch(const endpoint& where, std::function<void()> appeared);
  ~socket_watch(); ///< waits for a callback that runs
  socket_watch(const socket_watch&) = delete;
  socket_watch& operator=(const socket_watch&) = delete;

  bool watching() const noexcept { return thread_.joinable(); }

private:
  void run();
  bool socket_touched() const;
  bool wait(int milliseconds) const;
  bool accepts_connections() const;

  std::string path_;
  std::string name_;
  std::function<void()> appeared_;
  int inotify_ = -1;
  int leave_ = -1; ///< an eventfd
  std::thread thread_;
};

} // namespace volumeviz::docker
