#include "commands/commands.hpp"
#include "persistence/store.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace volumeviz::commands {

config::exit_code migrate(const config::settings& settings) {
  if (settings.role == config::node_role::agent) {
    fmt::print(
        stderr,
        "an agent (NODE_ROLE=agent) has no database: run migrate with the settings of its hub\n");
    return config::exit_code::failed;
  }
  auto where = persistence::display_url(settings.database_url);
  auto done = persistence::migrate({.url = settings.database_url});
  if (!done) {
    fmt::print(stderr, "couldn't migrate {}: {}\n", where, done.error().text);
    return config::exit_code::failed;
  }
  if (done->from == done->to)
    fmt::print("{}: the schema is up to date (version {})\n", where, done->to);
  else
    fmt::print("{}: migrated the schema from version {} to {}\n", where, done->from, done->to);
  return config::exit_code::fine;
}

} // namespace volumeviz::commands
