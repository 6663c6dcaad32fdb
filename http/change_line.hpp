#pragma once

#include <string>
#include <string_view>

namespace volumeviz::http {

/// A change, as the feed tells it in JSON, in a line for people:
/// "10:31:02 web-1  volume shop-orders attached to shop-web at /data (rw)". Times are local.
/// `colours`: with the escapes of a terminal. Names can't bring in escapes of their own.
std::string change_line(std::string_view json, bool colours);

/// "healthy", "degraded (docker: …)": the node's status, as the feed tells it in JSON.
std::string health_line(std::string_view json);

/// The reason of a reset.
std::string reset_line(std::string_view json);

} // namespace volumeviz::http
