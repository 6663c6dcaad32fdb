#pragma once

#include "docker/broken_text.hpp"
#include "messages/error.hpp"

#include <boost/json.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace volumeviz::docker {

inline tl::unexpected<failure> malformed(std::string_view what, const std::string& why) {
  return fail(ec::docker_malformed,
              "the daemon's " + std::string{what} + " can't be parsed: " + why);
}

/// Parses the body and hands it to `read`, which must not keep anything of it.
template <class Read>
auto with_json(std::string_view body, std::string_view what, Read read)
    -> decltype(read(std::declval<const boost::json::value&>())) {
  try {
    unsigned char first[8 * 1024];                 // enough for most resources
    boost::json::monotonic_resource memory{first}; // freed at once
    boost::system::error_code error;
    boost::json::parse_options options;
    options.max_depth = 64;
    const auto value = boost::json::parse(body, error, &memory, options);
    if (!error)
      return read(value);
    const auto why = error.message();
    const auto repaired = mark_broken_text(body);
    if (!repaired)
      return malformed(what, why);
    auto rest = boost::json::parse(*repaired, error, &memory, options);
    if (error)
      return malformed(what, why);
    drop_broken_text(rest);
    return read(rest);
  } catch (const std::exception& e) {
    return malformed(what, e.what());
  }
}

} // namespace volumeviz::docker
