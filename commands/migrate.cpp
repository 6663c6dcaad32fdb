#include "commands/commands.hpp"
#include "persistence/store.hpp"

#include <fmt/format.h>

#include <chrono>
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
  const auto began = std::chrono::steady_clock::now();
  auto done = persistence::migrate(
      {.url = settings.database_url}, [&](const persistence::migration_start& x) {
        fmt::print("{}: migrating the schema from version {} to {}, with {} volumes, {} containers "
                   "and {} mounts; nodes that write meanwhile wait\n",
                   where, x.from, x.to, x.volumes, x.containers, x.mounts);
        std::fflush(stdout);
      });
  if (!done) {
    fmt::print(stderr, "couldn't migrate {}: {}\n", where, done.error().text);
    return config::exit_code::failed;
  }
  if (done->from == done->to)
    fmt::print("{}: the schema is up to date (version {})\n", where, done->to);
  else
    fmt::print("{}: migrated the schema from version {} to {} in {:.1f} s\n", where, done->from,
               done->to,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return config::exit_code::fine;
}

} // namespace volumeviz::commands
