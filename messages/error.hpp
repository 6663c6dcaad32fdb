#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace volumeviz {

/// The kind of a failure, which decides what to do next. The name of the value is the metrics'
/// label `error_type`.
enum class ec : std::uint8_t {
  docker_unreachable = 1, ///< no connection, or it broke before the answer was complete
  docker_timeout,         ///< connected, but no answer within the deadline
  docker_refused,         ///< an HTTP error status; the text quotes the daemon
  docker_malformed,       ///< an answer or an event line that is not valid in the Engine API
  docker_too_large,       ///< a line or a body above our limit
  store_unreachable, ///< the database is down, refuses, is read-only, full or slow: try again later
  store_rejected,    ///< the database refuses this data; trying again does not help
  store_schema,      ///< the schema is missing, older or newer than this program
  queue_full,        ///< a bounded mailbox was full
  bad_request,       ///< the caller's input is wrong
  cancelled,         ///< stopped on purpose
  internal,          ///< a defect of this program: an actor died, or gave an impossible answer
};

/// The name used as a label in metrics and in logs, e.g. "docker_timeout".
const char* to_string(ec code) noexcept;

/// An expected failure. `text` is one sentence for people: what was attempted, what happened and
/// what to do. It never contains a password or a token.
struct failure {
  ec code = ec::internal;
  std::string text;
  friend bool operator==(const failure&, const failure&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, failure& x) {
  return f(x.code, x.text);
}

/// A value, or why there is none.
template <class T>
using result = tl::expected<T, failure>;

inline tl::unexpected<failure> fail(ec code, std::string text) {
  return tl::unexpected<failure>{failure{code, std::move(text)}};
}

} // namespace volumeviz
