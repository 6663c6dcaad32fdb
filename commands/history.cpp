#include "commands/commands.hpp"
#include "persistence/history_check.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace volumeviz::commands {

config::exit_code verify_history(const config::settings& settings) {
  if (settings.role == config::node_role::agent) {
    fmt::print(stderr, "an agent (NODE_ROLE=agent) has no database: run history verify with the "
                       "settings of its hub\n");
    return config::exit_code::failed;
  }
  const auto where = persistence::display_url(settings.database_url);
  const auto found = persistence::check_history({.url = settings.database_url});
  if (!found) {
    fmt::print(stderr, "couldn't verify the history in {}: {}\n", where, found.error().text);
    return config::exit_code::failed;
  }
  for (const auto& line : found->lines)
    fmt::print("{}\n", line);
  if (found->differences > found->lines.size())
    fmt::print("and {} more\n", found->differences - found->lines.size());
  fmt::print("{}: replayed {} changes, compared {} rows, found {} differences\n", where,
             found->changes, found->rows, found->differences);
  return found->differences == 0 ? config::exit_code::fine : config::exit_code::differences;
}

} // namespace volumeviz::commands
