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

/// For at least how long a container has neither started nor ended, by the age in a list's Status.
/// "Up 5 minutes" means from five to six; hours and longer units are rounded (moby's go-units,
/// HumanDuration). Zero when there is no age, or an unknown one.
std::chrono::seconds unchanged_for(std::string_view listed);

/// A container's state in an inspect.
struct inspected_state {
  std::string status; ///< Docker's word: running, exited, …
  std::int64_t exit_code = 0;
  bool started = false;  ///< has been at least once
  bool finished = false; ///< likewise
  std::string
      health; ///< "healthy", "unhealthy", "starting"; empty or "none" without a health check
};

/// The same text, made from an inspect by dockerd's rules for its list.
std::string stable_status(const inspected_state& state);

/// Docker's name for a state that Podman names differently (stopped, configured, …).
std::string docker_state(std::string_view state);

} // namespace volumeviz::docker
