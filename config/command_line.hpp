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

/// A parsed command line.
struct command {
  enum class action { serve, check, reconcile, migrate, verify_history, watch };
  action what = action::serve;
  bool dry_run = false; ///< reconcile only: list the changes without making them
  /// watch only; empty fields do not restrict.
  struct watch_options {
    std::string url; ///< empty: from HTTP_LISTEN
    std::string host, volume, container;
    bool json = false;
  } watch{};
};

/// Nothing is left to run: print the text and exit with the code.
struct immediate_exit {
  exit_code code = exit_code::fine;
  std::string text;      ///< with its last newline
  bool is_error = false; ///< print it to standard error
};

/// Parses the arguments, without the program's name. Never throws, whatever they are.
std::variant<command, immediate_exit> read_command_line(const std::vector<std::string>& arguments);

} // namespace volumeviz::config
