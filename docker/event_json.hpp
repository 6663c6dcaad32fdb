#pragma once

#include "messages/docker_event.hpp"
#include "messages/error.hpp"

#include <memory>
#include <string_view>
#include <variant>

namespace volumeviz::docker {

/// An event that can't change a row: not in event_catalogue(), or of another type than volume and
/// container.
struct ignored_event {
  timestamp time = never; ///< `never` if missing
};

/// A parsed line of the stream. A failure is ec::docker_malformed: which resource changed is
/// unknown.
using event_line = std::variant<docker_event, ignored_event, failure>;

/// Parses lines of /events. Reads Type, Action, Actor.ID and timeNano; Podman's volume events have
/// no Actor.ID, so it reads Actor.Attributes.name there. The action ends before a colon
/// ("health_status"). The id of an event about a whole kind (prune) is empty. Reuses its buffers;
/// one thread at a time.
class event_parser {
public:
  event_parser();
  ~event_parser();
  event_line parse(std::string_view line);

private:
  struct buffers;
  std::unique_ptr<buffers> buffers_;
};

} // namespace volumeviz::docker
