#pragma once

#include "feed/subscriber.hpp"
#include "http/parameters.hpp"
#include "messages/error.hpp"
#include "persistence/history.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace volumeviz::http {

/// What a client of the feed asks for.
struct stream_query {
  persistence::change_filter which;
  std::optional<std::int64_t> after; ///< nothing: from now on
};

/// The filters of changes, and ?after=; the header Last-Event-ID wins over it.
result<stream_query> parse_stream_query(const parameters& given, const std::string& last_event_id);

/// Where the subscriber begins: after its cursor, or from now on if it has none, or if changes that
/// follow the cursor were trimmed. ec::bad_request for a cursor that was never given out.
result<feed::subscription> begin_stream(persistence::history& from, stream_query what);

} // namespace volumeviz::http
