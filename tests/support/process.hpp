#pragma once

#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace volumeviz::support {

/// What to start. `environment` is the child's whole environment.
struct command {
  std::vector<std::string> arguments; ///< the program first: a path, or a name to be found in PATH
  std::map<std::string, std::string> environment;
  std::string output = "/dev/null"; ///< file for standard output, truncated
  std::string errors = "/dev/null"; ///< file for standard error, truncated; may be the same file
  int on_parent_death = SIGKILL;    ///< what the child gets when the test program itself dies
};

/// A child process that never outlives its object. Start it from a thread that lives as long as the
/// child should.
class process {
public:
  explicit process(const command& what); ///< throws std::system_error when it can't be started
  ~process();                            ///< SIGKILL when it still runs, and waits
  process(process&& other) noexcept;
  process& operator=(process&&) = delete;

  pid_t pid() const noexcept { return pid_; }
  bool running();
  /// Nothing when it has ended. Returns from SIGSTOP when all its threads stand still.
  void signal(int number);
  /// The exit status as a shell has it (128 + signal), or nothing when it still runs after `bound`.
  std::optional<int> wait(std::chrono::milliseconds bound);

private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// cpp-httplib's client writes to connections that the other side has closed, and does not care for
/// the signal. Children get its default again.
void ignore_broken_pipes();

/// Our own environment reduced to what a child needs to run at all: PATH, HOME and the sanitizers'
/// options.
std::map<std::string, std::string> minimal_environment();

/// The path of a program found in PATH or in the system's sbin folders; empty when there is none.
std::string find_program(const std::string& name);

/// For a test's server. True when `why_not` is empty. Otherwise prints it, and the caller must skip
/// its test; throws it instead when VOLUMEVIZ_REQUIRE_SERVERS or CI is set.
bool server_can_run(const std::string& why_not);

} // namespace volumeviz::support
