#pragma once

#include "http/access.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Checks the head of a request (the request line and the headers) before the HTTP library reads it.
// The library has no limits, does not know every method, and acts on headers that no path here
// needs.

namespace volumeviz::http {

inline constexpr std::size_t max_head_size = 32 * 1024;
inline constexpr std::size_t max_request_line = 8000; ///< the library's own limit is 8,192
inline constexpr std::size_t max_body_size = 64 * 1024;

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Why a request is refused before it reaches the router.
struct refusal {
  int status = 400;
  std::string sentence;
};

/// The size of the head of the first request in `input`, with its empty line; 0 while it is not
/// complete. Scans from `scanned` on and advances it, so that a head in a thousand packets costs no
/// more than one in a single packet. Refuses a head that is too large or can't become valid.
tl::expected<std::size_t, refusal> find_head(std::string_view input, std::size_t& scanned);

/// The headers that the paths use.
struct request_headers {
  std::string authorization;
  provenance from;
  std::string if_none_match;
  std::string last_event_id; ///< of a stream that the client resumes; empty: none
  bool gzip = false;         ///< the client accepts it
  bool has_body = false;     ///< no path reads it, so the connection ends after the answer
};

/// A request in two parts: what the HTTP library reads, and the headers that are kept from it. The
/// library would decode "%41" in their values, compress by itself, and send ranges.
struct prepared_head {
  std::string text; ///< the request line with the empty line
  request_headers headers;
  bool keep_alive = false; ///< the client may send another request on this connection
};

/// Refuses heads that are not valid HTTP/1, unknown methods, and bodies that are announced as
/// larger than the limit.
tl::expected<prepared_head, refusal> prepare_head(std::string_view head);

/// The head of an answer that ends the connection. `length`: of the body; nothing for a stream.
std::string raw_head(int status, std::string_view type, std::optional<std::size_t> length,
                     const header_list& more = {});

/// The whole answer to a refused request: JSON, and it ends the connection.
std::string raw_answer(const refusal& why);

} // namespace volumeviz::http
