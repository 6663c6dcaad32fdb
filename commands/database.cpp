#include "commands/database.hpp"

#include <chrono>
#include <utility>

namespace volumeviz::commands {

persistence::database database_of(const config::settings& settings) {
  persistence::database result{.url = settings.database_url};
  auto& history = result.history;
  // read_settings() has validated the rules.
  if (auto rules = persistence::history_rules::parse(settings.history_exclude))
    history.excluded = std::move(*rules);
  history.retention = std::chrono::duration_cast<std::chrono::seconds>(settings.history_retention);
  history.most_changes = settings.history_max_rows;
  history.notify = settings.database_notify;
  return result;
}

} // namespace volumeviz::commands
