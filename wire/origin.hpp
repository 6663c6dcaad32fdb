#pragma once

#include <string>

namespace volumeviz::wire {

/// Whom an address belongs to, as far as limits are concerned. An IPv6 address stands for its /64:
/// whoever has one of those has all of them. One that is an IPv4 address in the form of IPv6 is
/// that IPv4 address; what is no address stays as it is.
std::string origin_of(const std::string& address);

} // namespace volumeviz::wire
