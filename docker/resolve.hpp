#pragma once

#include <functional>
#include <string>
#include <vector>

namespace volumeviz::docker {

/// The addresses of a host name, in the order in which to try them, as text; a numeric address is
/// its own. Empty when there are none, or as soon as `give_up` says so: a resolver without a
/// network takes half a minute to admit it, and nothing can interrupt it.
std::vector<std::string> resolve(const std::string& host, const std::function<bool()>& give_up);

} // namespace volumeviz::docker
