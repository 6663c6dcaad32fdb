#pragma once

#include <string>
#include <variant>
#include <vector>

namespace volumeviz::config {

/// The program's exit codes.
enum class exit_code : int {
  fine = 0,
  failed = 1,
  wrong_command_line = 2,
  differences = 3,
  wrong_settings = 78
};

/// What the command line asks for.
struct command {
  enum class action { serve, check, reconcile, migrate };
  action what = action::serve;
  bool dry_run = false; ///< reconcile only: change nothing, tell what would be
};

/// The command line is answered already: print the text, exit with the code.
struct immediate_exit {
  exit_code code = exit_code::fine;
  std::string text;      ///< with its last newline
  bool is_error = false; ///< for standard error rather than standard output
};

/// Understands the arguments (without the program's name). Never throws for what a user may type.
std::variant<command, immediate_exit> read_command_line(const std::vector<std::string>& arguments);

} // namespace volumeviz::config
