#pragma once

#include "docker/client.hpp"
#include "messages/observation.hpp"

#include <string>
#include <vector>

namespace volumeviz {

/// Turns a fetch_request into an observation: makes the calls of the Engine API, one after the
/// other, each with a deadline. It knows no actors, so `reconcile` uses it, too.
class docker_fetcher {
public:
  /// The client must outlive this.
  explicit docker_fetcher(docker::client& client) : client_(client) {}

  observation fetch(const fetch_request& what);

private:
  observation list_volumes(bool name_drivers);
  observation list_containers();
  template <class Inspect, class Observed>
  observation inspect_all(const fetch_request& what, Inspect inspect, Observed observed);
  std::vector<std::string> volume_drivers();

  docker::deadline next_limit(bool brief) const;
  void adapt_limit(const fetch_request& what, const failure* why, docker::deadline took);

  docker::client& client_;
  /// The deadline of the current inspect.
  docker::deadline limit_{0};
  /// How long the last answer took.
  docker::deadline usual_{0};
  /// Twice the deadline of the last inspect, if that had no answer.
  docker::deadline doubled_{0};
};

} // namespace volumeviz
