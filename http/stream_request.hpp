#pragma once

#include "http/head.hpp"
#include "http/router.hpp"
#include "http/stream_query.hpp"

#include <cstdint>
#include <optional>
#include <string>

// Requests for /api/v1/changes/stream. The HTTP library does not see them: it would hold a thread
// for each answer that does not end.

namespace volumeviz::http {

inline constexpr std::string_view stream_path = "/api/v1/changes/stream";

/// The request, if it is for this path.
std::optional<request> stream_request(const prepared_head& head);

/// The answer to it: a stream, or why there is none. Asks the database.
response begun_stream(persistence::history& from, stream_query what);

/// The headers of a stream, which are also the answer to HEAD.
std::string stream_head();

/// What is sent before the first event: the headers, and the cursor that the stream begins after. A
/// client that has it resumes without a gap before it has got a change.
std::string stream_begin(std::int64_t cursor);

/// Any other answer, whole; it ends the connection.
std::string raw_answer(const response& answer, bool without_body);

} // namespace volumeviz::http
