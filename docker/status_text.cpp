#include "docker/status_text.hpp"

namespace volumeviz::docker {

std::string stable_status(std::string_view listed) {
  if (listed.starts_with("Up")) {
    const auto remark = listed.find(" (");
    return remark == std::string_view::npos ? "Up" : "Up" + std::string{listed.substr(remark)};
  }
  if (listed.starts_with("Exited (") || listed.starts_with("Restarting ("))
    return std::string{listed.substr(0, listed.find(')') + 1)};
  // Podman's word for a container on its way down, which its inspect calls running.
  if (listed == "Stopping")
    return "Up";
  return std::string{listed};
}

std::string stable_status(const inspected_state& state) {
  const auto code = " (" + std::to_string(state.exit_code) + ")";
  // The same order as in dockerd: a paused container shows no health, a restarting one no pause.
  if (state.status == "paused")
    return "Up (Paused)";
  if (state.status == "restarting")
    return "Restarting" + code;
  if (state.status == "running") {
    if (state.health.empty() || state.health == "none")
      return "Up";
    return "Up (" + std::string{state.health == "starting" ? "health: " : ""} + state.health + ")";
  }
  if (state.status == "removing")
    return "Removal In Progress";
  if (state.status == "dead")
    return "Dead";
  if (state.status == "created")
    return "Created";
  if (state.status == "exited") {
    if (!state.started)
      return "Created";
    return state.finished ? "Exited" + code : "";
  }
  return state.status;
}

std::string docker_state(std::string_view state) {
  if (state == "stopped")
    return "exited";
  if (state == "configured" || state == "initialized")
    return "created";
  if (state == "stopping")
    return "running";
  return std::string{state};
}

} // namespace volumeviz::docker
