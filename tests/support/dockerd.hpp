#pragma once

#include "tests/support/docker_api.hpp"
#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

#include <optional>
#include <string>

namespace volumeviz::support {

/// A private Docker daemon with its own containerd, in its own folder under /tmp. Several may run
/// side by side. Needs root. The destructor removes everything that it created: containers, shims,
/// mounts, cgroups, files.
class dockerd {
public:
  /// Started, answering, with the image `busybox:test`. `with_plugins`: it looks for plugins in
  /// plugins() instead of /run/docker/plugins, which it shares with all others of this machine.
  explicit dockerd(bool with_plugins = false);
  ~dockerd();
  dockerd(const dockerd&) = delete;
  dockerd& operator=(const dockerd&) = delete;

  std::string socket() const { return folder_ / "docker.sock"; }
  std::string host() const { return "unix://" + socket(); } ///< as DOCKER_HOST
  docker_api api() const { return docker_api{socket()}; }   ///< a new connection

  std::string plugins() const { return folder_ / "plugins"; }

  void start();   ///< until it answers, at most 60 s
  void stop();    ///< SIGTERM, as a service manager does: containers are stopped first
  void kill();    ///< SIGKILL: containers continue to run
  void restart(); ///< stop and start
  void pause();   ///< SIGSTOP: connections are accepted, nothing is answered
  void resume();  ///< SIGCONT

  pid_t pid() const noexcept { return daemon_ ? daemon_->pid() : -1; }
  std::string log() const { return file_text(folder_ / "log"); }

private:
  void await_end_of_containerd() const;
  void remove_leftovers() const;

  scratch_folder folder_;
  bool with_plugins_;
  std::optional<process> daemon_;
};

/// Why no private daemon can run here (not root, no dockerd, no busybox); empty when one can.
std::string no_dockerd_because();

/// See server_can_run().
bool dockerd_can_run();

} // namespace volumeviz::support
