#include "docker/status_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace volumeviz::docker {

namespace {

using namespace std::chrono_literals;

struct unit {
  std::string_view name;
  std::chrono::seconds length;
};
constexpr std::array units{unit{"second", 1s},     unit{"minute", 60s},   unit{"hour", 1h},
                           unit{"day", 24h},       unit{"week", 7 * 24h}, unit{"month", 30 * 24h},
                           unit{"year", 365 * 24h}};

/// What follows "Up " or "Exited (1) ", up to " ago" or a remark.
std::string_view age_in(std::string_view listed) {
  if (listed.starts_with("Up ")) {
    listed.remove_prefix(3);
    return listed.substr(0, listed.find(" ("));
  }
  const auto begin = listed.find(") "), end = listed.find(" ago");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    return {};
  return listed.substr(begin + 2, end - begin - 2);
}

} // namespace

std::chrono::seconds unchanged_for(std::string_view listed) {
  const auto age = age_in(listed);
  if (age == "About a minute")
    return 1min;
  if (age == "About an hour")
    return 1h;
  long number = 0;
  const auto [rest, error] = std::from_chars(age.data(), age.data() + age.size(), number);
  if (error != std::errc{} || number <= 0 || number > 10'000)
    return 0s;
  auto name = age.substr(static_cast<std::size_t>(rest - age.data()));
  if (name.starts_with(' '))
    name.remove_prefix(1);
  if (name.ends_with('s'))
    name.remove_suffix(1);
  const auto what = std::ranges::find(units, name, &unit::name);
  if (what == units.end())
    return 0s;
  return number * what->length - (what->length >= 1h ? 30min : 0min);
}

std::string stable_status(std::string_view listed) {
  if (listed.starts_with("Up")) {
    const auto remark = listed.find(" (");
    return remark == std::string_view::npos ? "Up" : "Up" + std::string{listed.substr(remark)};
  }
  if (listed.starts_with("Exited (") || listed.starts_with("Restarting ("))
    return std::string{listed.substr(0, listed.find(')') + 1)};
  // Podman's name for a container that is being stopped; its inspect says "running".
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
