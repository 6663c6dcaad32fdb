#pragma once

#include <string_view>

namespace volumeviz::config {

/// Whether a variable looks injected by Kubernetes for a service, or by Docker for a link, and not
/// set by a person: `EVENTS_SERVICE_HOST`, `EVENTS_SERVICE_PORT`, `EVENTS_PORT=tcp://…`,
/// `EVENTS_PORT_80_TCP_ADDR`, also with more words before these endings. The value must fit,
/// so that a typing error is still reported.
bool is_service_link(std::string_view name, std::string_view value);

} // namespace volumeviz::config
