#pragma once

#include "docker/client.hpp"

#include <functional>
#include <string>
#include <thread>

namespace volumeviz::docker {

/// Notices that the daemon's unix socket is there again, so that a long backoff can end early. Does
/// nothing for other endpoints, or when the socket's directory does not exist. Not for correctness:
/// a daemon behind socket activation, or one that takes long to answer, shows no new file.
class socket_watch {
public:
  /// `appeared` is called on a thread of this object's own, when the socket file has been made anew
  /// (or its permissions have changed) and takes connections. It must not block for long, nor
  /// destroy this object.
  socket_watch(const endpoint& where, std::function<void()> appeared);
  ~socket_watch(); ///< waits for a callback under way
  socket_watch(const socket_watch&) = delete;
  socket_watch& operator=(const socket_watch&) = delete;

  bool watching() const noexcept { return thread_.joinable(); }

private:
  void run();
  bool socket_touched() const;
  bool wait(int milliseconds) const;
  bool takes_connections() const;

  std::string path_;
  std::string name_;
  std::function<void()> appeared_;
  int inotify_ = -1;
  int leave_ = -1; ///< an eventfd
  std::thread thread_;
};

} // namespace volumeviz::docker
