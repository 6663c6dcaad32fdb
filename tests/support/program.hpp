#pragma once

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::support {

using variables = std::map<std::string, std::string>;

/// The built program, running: a node. Its environment is `settings` and what any process needs,
/// nothing of ours; HTTP_LISTEN is a free port of 127.0.0.1 unless set.
class program {
public:
  explicit program(const std::string& path, variables settings,
                   std::vector<std::string> arguments = {});

  /// The port of its HTTP server, from its log; 0 when it has not come within `bound`.
  std::uint16_t port(std::chrono::milliseconds bound = std::chrono::seconds{15});
  std::string log() const { return file_text(folder_ / "stderr"); }
  std::string output() const { return file_text(folder_ / "stdout"); }

  bool running() { return process_->running(); }
  pid_t pid() const noexcept { return process_->pid(); }
  void signal(int number) { process_->signal(number); }
  std::optional<int> wait(std::chrono::milliseconds bound) { return process_->wait(bound); }

private:
  scratch_folder folder_;
  std::optional<process> process_;
  std::uint16_t port_ = 0;
};

/// What a command that ends by itself has said. An exit code of -1: it did not end within the bound
/// and was killed.
struct finished {
  int exit_code = -1;
  std::string output;
  std::string errors;
  std::chrono::milliseconds took{0};
};

finished run_program(const std::string& path, const std::vector<std::string>& arguments,
                     const variables& settings = {},
                     std::chrono::milliseconds bound = std::chrono::seconds{30});

} // namespace volumeviz::support
