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
  timestamp time = never; ///< as far as it says
};

/// What a line of the stream says. A failure is ec::docker_malformed: something happened, we can't
/// know to what.
using event_line = std::variant<docker_event, ignored_event, failure>;

/// Understands lines of /events. Believes Type, Action, Actor.ID and timeNano, and of Podman's
/// volume events, which have no Actor.ID, Actor.Attributes.name. The action is Docker's word up to
/// a colon ("health_status"); the id of an event about a whole kind (prune) is empty. Keeps its
/// buffers; one thread at a time.
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
