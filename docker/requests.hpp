#pragma once

#include "text/timestamp.hpp"

#include <string>
#include <string_view>

namespace volumeviz::docker {

/// A name as one element of a path, percent-encoded: names of plugins' volumes are free-form.
std::string path_element(std::string_view name);

/// True for a volume name that the daemon's router rewrites or rejects, so that it can't be
/// inspected: the router removes "//", a leading '/' and the elements "." and ".." (301), and a
/// line break matches none of its paths (404). Only plugins have such volumes.
bool is_mangled_by_router(std::string_view volume_name);

/// The filter for events of volumes and containers. `only_catalogue`: only those that can change a
/// row. This saves the exec events of health checks, but would hide actions that Podman names
/// differently.
std::string event_filters(bool only_catalogue);

/// The path of a subscription from `since` on; with `until`, that of the events which the daemon
/// remembers between the two.
std::string events_path(timestamp since, bool only_catalogue);
std::string events_path(timestamp since, timestamp until, bool only_catalogue);
/// The same without a filter: events of all types.
std::string all_events_path(timestamp since, timestamp until);

/// The lower of two API versions such as "1.41", compared as numbers: 1.9 is below 1.10. Empty when
/// `daemons` is not a version.
std::string lower_version(std::string_view ours, std::string_view daemons);

} // namespace volumeviz::docker
