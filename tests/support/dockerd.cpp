#include "tests/support/dockerd.hpp"

#include "tests/support/eventually.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <sys/mount.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace volumeviz::support {

namespace fs = std::filesystem;
using std::chrono::seconds;

namespace {

/// A line of /proc/PID/stat is "pid (name) state ppid …", and the name may have any characters.
struct process_status {
  char state = 'X';
  pid_t parent = 0;
};

process_status status_of(pid_t pid) {
  const auto text = file_text("/proc/" + std::to_string(pid) + "/stat");
  process_status result;
  if (const auto end = text.rfind(')'); end != std::string::npos)
    std::istringstream{text.substr(end + 1)} >> result.state >> result.parent;
  return result;
}

bool alive(pid_t pid) {
  const auto state = status_of(pid).state;
  return state != 'X' && state != 'Z';
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> result;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{"/proc", ignored}) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr
        == name.data() + name.size())
      result.push_back(pid);
  }
  return result;
}

/// Shims are found by their command line, which has the daemon's folder in it: they leave its
/// process group.
std::vector<pid_t> shims_of(const fs::path& folder) {
  std::vector<pid_t> result;
  for (auto pid : all_processes()) {
    const auto line = file_text("/proc/" + std::to_string(pid) + "/cmdline");
    if (line.find("containerd-shim") != std::string::npos
        && line.find(folder.string() + "/") != std::string::npos)
      result.push_back(pid);
  }
  return result;
}

/// Ends the containers' processes before their shim, which reaps them. Orphans of a container
/// become the shim's children, so this repeats until there are none.
void end_containers(const fs::path& folder) {
  const auto none_left = [&] {
    const auto shims = shims_of(folder);
    bool children = false;
    for (auto pid : all_processes())
      if (std::ranges::find(shims, status_of(pid).parent) != shims.end() && alive(pid)) {
        ::kill(pid, SIGKILL);
        children = true;
      }
    if (!children)
      for (auto shim : shims)
        ::kill(shim, SIGKILL);
    return shims.empty();
  };
  eventually(none_left, seconds{10}, std::chrono::milliseconds{10});
}

void unmount_below(const fs::path& folder) {
  std::vector<std::string> points;
  std::ifstream table{"/proc/self/mountinfo"};
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields{line};
    std::string skipped, point;
    fields >> skipped >> skipped >> skipped >> skipped >> point;
    if (point.starts_with(folder.string() + "/"))
      points.push_back(point);
  }
  for (auto point = points.rbegin(); point != points.rend(); ++point)
    ::umount2(point->c_str(), MNT_DETACH);
}

/// The command, in a mount namespace where /run/docker/plugins is `plugins`: dockerd has no option
/// for that folder.
std::vector<std::string> in_own_mounts(const std::string& plugins,
                                       std::vector<std::string>&& arguments) {
  std::vector<std::string> all{"unshare",
                               "--mount",
                               "sh",
                               "-ec",
                               "mount -t tmpfs none /run; mkdir -p /run/docker/plugins; "
                               "mount --bind \"$0\" /run/docker/plugins; exec \"$@\"",
                               plugins};
  std::ranges::move(arguments, std::back_inserter(all));
  return all;
}

/// Removes cgroups that runc leaves behind when a container's processes were killed without it.
void remove_cgroups(const fs::path& containers) {
  std::error_code ignored;
  for (const auto& container : fs::directory_iterator{containers, ignored})
    for (const auto& controller : fs::directory_iterator{"/sys/fs/cgroup", ignored})
      ::rmdir((controller.path() / "docker" / container.path().filename()).c_str());
}

} // namespace

dockerd::dockerd(bool with_plugins) : with_plugins_(with_plugins) {
  if (with_plugins_)
    fs::create_directory(plugins());
  start();
  api().import_busybox();
}

dockerd::~dockerd() {
  try {
    kill();
    remove_leftovers();
  } catch (const std::exception&) {
    // A failure to clean up must not hide the result of the test.
  }
}

void dockerd::start() {
  await_end_of_containerd();
  const auto path = folder_.path().string();
  std::vector<std::string> arguments{
      "dockerd", "--data-root", path + "/data", "--exec-root",     path + "/exec",
      "-H",      host(),        "--pidfile",    path + "/pid",     "--storage-driver",
      "vfs",     "--bridge",    "none",         "--iptables=false"};
  if (with_plugins_)
    arguments = in_own_mounts(plugins(), std::move(arguments));
  daemon_.emplace(command{
      .arguments = std::move(arguments),
      .environment = minimal_environment(),
      .output = path + "/log",
      .errors = path + "/log",
      .on_parent_death = SIGTERM,
  });
  const auto answers = [this] { return !daemon_->running() || api().ping(); };
  if (!eventually(answers, seconds{60}, std::chrono::milliseconds{20}) || !daemon_->running())
    throw std::runtime_error{"the private dockerd did not start: " + log()};
}

void dockerd::stop() {
  daemon_->signal(SIGTERM);
  if (!daemon_->wait(seconds{60}))
    throw std::runtime_error{"the private dockerd did not stop: " + log()};
}

void dockerd::kill() {
  if (!daemon_)
    return;
  daemon_->signal(SIGKILL);
  daemon_->wait(seconds{10});
  await_end_of_containerd();
}

void dockerd::restart() {
  stop();
  start();
}

void dockerd::pause() {
  daemon_->signal(SIGSTOP);
}

void dockerd::resume() {
  daemon_->signal(SIGCONT);
}

/// The containerd of a killed dockerd ends a moment later, but its pid file stays. A dockerd that
/// starts while that process is a zombie takes it for running, and gives up after 15 s.
void dockerd::await_end_of_containerd() const {
  const fs::path pid_file = folder_ / "exec/containerd/containerd.pid";
  pid_t pid = 0;
  std::istringstream{file_text(pid_file)} >> pid;
  if (pid <= 0)
    return;
  if (!eventually([pid] { return !alive(pid); }, seconds{10}))
    ::kill(pid, SIGKILL);
  fs::remove(pid_file);
}

void dockerd::remove_leftovers() const {
  end_containers(folder_.path());
  unmount_below(folder_.path());
  remove_cgroups(folder_.path() / "data/containers");
}

std::string no_dockerd_because() {
  if (::geteuid() != 0)
    return "a private dockerd needs root";
  for (const char* name : {"dockerd", "containerd", "runc", "busybox"})
    if (find_program(name).empty())
      return std::string{"there is no "} + name + " (Debian packages docker.io, busybox-static)";
  return {};
}

bool dockerd_can_run() {
  return server_can_run(no_dockerd_because());
}

} // namespace volumeviz::support
