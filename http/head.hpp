#pragma once

#include "http/access.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// The head of a request (the request line and the headers), judged before the HTTP library sees it:
// the library has no limits of its own, does not know every method, and believes headers that
// nothing here wants.

namespace volumeviz::http {

inline constexpr std::size_t max_head_size = 32 * 1024;
inline constexpr std::size_t max_request_line = 8000; ///< the library's own limit is 8,192
inline constexpr std::size_t max_body_size = 64 * 1024;

/// A request that is refused before any path looks at it.
struct refusal {
  int status = 400;
  std::string sentence;
};

/// Where the first request of `input` ends: the size of its head with the empty line, or 0 while
/// that has not come. Looks at what is behind `scanned` only and moves it on, so that a head in a
/// thousand pieces costs no more than one in one piece. Refuses what has become too large or can't
/// become a request any more.
tl::expected<std::size_t, refusal> find_head(std::string_view input, std::size_t& scanned);

/// What the paths here want to know of the headers.
struct request_headers {
  std::string authorization;
  provenance from;
  bool gzip = false;     ///< the client takes it
  bool has_body = false; ///< which nobody will read: the connection ends after the answer
};

/// A request in two parts: what the HTTP library reads, and what it does not get to see. It would
/// decode "%41" in values, compress on its own, and give ranges.
struct prepared_head {
  std::string text; ///< the request line with the empty line
  request_headers headers;
  bool keep_alive = false; ///< the client may send another request on this connection
};

/// Refuses what is no HTTP/1 request, methods that nobody knows, and announced bodies above the
/// limit.
tl::expected<prepared_head, refusal> prepare_head(std::string_view head);

/// A whole answer for `why`, in JSON, that ends the connection.
std::string raw_answer(const refusal& why);

} // namespace volumeviz::http
