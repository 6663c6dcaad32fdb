#include "tests/support/process.hpp"

#include "tests/support/eventually.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace volumeviz::support {

namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& x : strings)
    result.push_back(x.data());
  result.push_back(nullptr);
  return result;
}

/// Only what is safe between fork and exec in a program with threads.
[[noreturn]] void become(char* const* arguments, char* const* environment, int output, int errors,
                         int on_parent_death, pid_t parent) {
  ::setpgid(0, 0); // a signal for the test's process group is the test's own business
  ::prctl(PR_SET_PDEATHSIG, on_parent_death);
  if (::getppid() != parent)
    ::_exit(126);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::execve(arguments[0], arguments, environment);
  ::_exit(127);
}

int open_output(const std::string& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    throw std::system_error{errno, std::generic_category(), file};
  // EINVAL: a pipe or a device, which has nothing to be cut.
  if (::ftruncate(fd, 0) != 0 && errno != EINVAL)
    throw std::system_error{errno, std::generic_category(), file};
  return fd;
}

} // namespace

process::process(const command& what) {
  auto arguments = what.arguments;
  if (auto path = find_program(arguments.at(0)); !path.empty())
    arguments[0] = path;
  std::vector<std::string> variables;
  for (const auto& [name, value] : what.environment)
    variables.push_back(name + "=" + value);
  auto argument_pointers = pointers(arguments);
  auto variable_pointers = pointers(variables);
  const int output = open_output(what.output);
  const int errors = open_output(what.errors);
  const auto parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0)
    become(argument_pointers.data(), variable_pointers.data(), output, errors, what.on_parent_death,
           parent);
  const auto why = errno;
  ::close(output);
  ::close(errors);
  if (pid_ < 0)
    throw std::system_error{why, std::generic_category(), "fork"};
}

process::process(process&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)}, status_{std::exchange(other.status_, std::nullopt)} {
}

process::~process() {
  if (pid_ > 0 && running()) {
    ::kill(pid_, SIGKILL);
    ::kill(pid_, SIGCONT);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR)
      ;
  }
}

bool process::running() {
  if (pid_ <= 0 || status_)
    return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_)
    return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

void process::signal(int number) {
  if (!running())
    return;
  ::kill(pid_, number);
  if (number != SIGSTOP)
    return;
  // On a busy machine its threads run on for a while.
  siginfo_t stopped{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &stopped, WSTOPPED | WEXITED | WNOWAIT) != 0
         && errno == EINTR)
    ;
}

std::optional<int> process::wait(std::chrono::milliseconds bound) {
  eventually([this] { return !running(); }, bound, std::chrono::milliseconds{2});
  return status_;
}

void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

std::map<std::string, std::string> minimal_environment() {
  std::map<std::string, std::string> result;
  for (const char* name :
       {"PATH", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const char* value = std::getenv(name))
      result.emplace(name, value);
  result.try_emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  return result;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return ::access(name.c_str(), X_OK) == 0 ? name : std::string{};
  const char* path = std::getenv("PATH");
  std::istringstream folders{std::string{path ? path : ""}
                             + ":/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"};
  for (std::string folder; std::getline(folders, folder, ':');)
    if (auto candidate = folder + "/" + name;
        !folder.empty() && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
  return {};
}

bool server_can_run(const std::string& why_not) {
  if (why_not.empty())
    return true;
  if (std::getenv("VOLUMEVIZ_REQUIRE_SERVERS") != nullptr || std::getenv("CI") != nullptr)
    throw std::runtime_error{why_not};
  std::fprintf(stderr, "skipped: %s\n", why_not.c_str());
  return false;
}

} // namespace volumeviz::support
