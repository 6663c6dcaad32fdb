#pragma once

#include "messages/error.hpp"
#include "text/host_port.hpp"

namespace volumeviz::http {

/// A non-blocking socket that listens at `where`; the caller closes it. Fails with ec::bad_request:
/// the text names `setting`, the variable that `where` comes from.
result<int> listening_socket(const text::host_port& where, const char* setting);

} // namespace volumeviz::http
