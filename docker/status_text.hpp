#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// The stable part of a list's Status: "Up 5 minutes (healthy)" becomes "Up (healthy)", "Exited
/// (137) 2 hours ago" becomes "Exited (137)". Ages would make every list differ from the one
/// before.
std::string stable_status(std::string_view listed);

/// For how long, at least, a container has neither started nor ended, by the age in a list's
/// Status: "Up 5 minutes" is from five to six, but hours are rounded (moby's go-units,
/// HumanDuration). Zero where there is no age, or none that is understood.
std::chrono::seconds settled_for(std::string_view listed);

/// What an inspect says of a container's state.
struct inspected_state {
  std::string status; ///< Docker's word: running, exited, …
  std::int64_t exit_code = 0;
  bool started = false;  ///< has been at least once
  bool finished = false; ///< likewise
  std::string
      health; ///< "healthy", "unhealthy", "starting"; empty or "none" without a health check
};

/// The same text, made from an inspect as dockerd makes it for its list.
std::string stable_status(const inspected_state& state);

/// Docker's word for a state where Podman has its own (stopped, configured, …); all others stay.
std::string docker_state(std::string_view state);

} // namespace volumeviz::docker
