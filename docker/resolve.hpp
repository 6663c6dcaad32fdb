#pragma once

#include <functional>
#include <string>
#include <vector>

namespace volumeviz::docker {

/// The addresses of a host name as text, in the order in which to try them. A numeric address is
/// returned as it is. Empty when there are none, and as soon as `give_up` returns true: without a
/// network the system's resolver takes half a minute and can't be interrupted.
std::vector<std::string> resolve(const std::string& host, const std::function<bool()>& give_up);

} // namespace volumeviz::docker
