#pragma once

#include "bench/report/report.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace volumeviz::bench {

/// `machine` describes where it was measured, and is for readers only.
boost::json::object to_json(const report& of, boost::json::object machine);

/// The rows of such a text. Throws std::runtime_error with the reason when it is not such a text.
report report_of(const std::string& json_text);

} // namespace volumeviz::bench
