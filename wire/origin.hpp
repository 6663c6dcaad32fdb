#pragma once

#include <string>

namespace volumeviz::wire {

/// The unit to which limits for an address apply. For an IPv6 address this is its /64 network,
/// since a machine that has one address of it can use all of them. An IPv4-mapped IPv6 address
/// becomes the IPv4 address. A text that is not an address stays as it is.
std::string origin_of(const std::string& address);

} // namespace volumeviz::wire
