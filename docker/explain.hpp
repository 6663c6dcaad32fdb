#pragma once

#include "docker/connection.hpp"
#include "docker/endpoint.hpp"
#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace volumeviz::docker {

/// All that the node asks of a daemon, for the rules of a socket proxy.
inline constexpr std::string_view paths_to_allow =
    "/_ping, /version, /info, /events, /volumes, /volumes/{name}, /containers/json and "
    "/containers/{id}/json";

/// The daemon's own words from the body of an error: {"message": …}, or plain text; shortened, one
/// line.
std::string daemons_words(std::string_view body);

/// An HTTP status that is no success. `what` continues "couldn't ", e.g. "list volumes".
failure explain_status(std::string_view what, int status, std::string_view body);

/// A request that has not ended well, by itself. Looks at the endpoint to find out why nobody could
/// connect.
failure explain_ending(std::string_view what, const address& where, ending how);

failure explain_timeout(std::string_view what, const address& where);
failure explain_stop(std::string_view what);

} // namespace volumeviz::docker
