#pragma once

#include <boost/json/object.hpp>

namespace volumeviz::bench {

/// Where and when this run measures: processor, cores, kernel, versions of the servers, and the
/// load of the last minute, which shows whether other programs ran beside it.
boost::json::object describe_machine();

} // namespace volumeviz::bench
