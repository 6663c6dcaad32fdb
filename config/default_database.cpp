#include "config/default_database.hpp"

namespace volumeviz::config {

namespace {

/// The value of a variable when it is an absolute path, which both systemd and the XDG
/// specification promise; otherwise empty.
std::string folder_in(const environment& variables, const char* name) {
  const auto found = variables.find(name);
  return found != variables.end() && found->second.starts_with('/') ? found->second : std::string{};
}

std::string url_of(const std::string& folder) {
  return "sqlite://" + folder + "/inventory.db";
}

} // namespace

std::optional<std::string> default_database(const environment& variables, bool root) {
  // systemd separates several state directories by colons; the first is the main one.
  if (const auto state = folder_in(variables, "STATE_DIRECTORY"); !state.empty())
    return url_of(state.substr(0, state.find(':')));
  if (root)
    return url_of("/var/lib/volumeviz-events");
  if (const auto state = folder_in(variables, "XDG_STATE_HOME"); !state.empty())
    return url_of(state + "/volumeviz-events");
  if (const auto home = folder_in(variables, "HOME"); !home.empty())
    return url_of(home + "/.local/state/volumeviz-events");
  return std::nullopt;
}

} // namespace volumeviz::config
