#pragma once

#include "docker/connection.hpp"
#include "docker/endpoint.hpp"
#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace volumeviz::docker {

/// Every path that the node requests. The rules of a socket proxy must allow them.
inline constexpr std::string_view paths_to_allow =
    "/_ping, /version, /info, /events, /volumes, /volumes/{name}, /containers/json and "
    "/containers/{id}/json";

/// The daemon's error message from a body: {"message": …}, or plain text. On one line, and
/// shortened.
std::string daemon_message(std::string_view body);

/// Whether the body of a 404 says that there is no such volume or container (`kind`). The status
/// alone does not mean that: an unknown path, or a volume whose plugin is down, gives the same.
bool says_gone(std::string_view body, std::string_view kind);

/// For a status other than 200. `what` continues "couldn't ", e.g. "list volumes".
failure explain_status(std::string_view what, int status, std::string_view body);

/// For a request that got no complete answer. Tries the socket again to find out why a connection
/// failed.
failure explain_ending(std::string_view what, const address& where, ending how);

failure explain_timeout(std::string_view what, const address& where);
failure explain_stop(std::string_view what);

} // namespace volumeviz::docker
