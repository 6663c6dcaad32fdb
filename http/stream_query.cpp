#include "http/stream_query.hpp"

#include "feed/frame.hpp"

#include <utility>

namespace volumeviz::http {

result<stream_query> parse_stream_query(const parameters& given, const std::string& last_event_id) {
  auto which = parse_change_filter(given, {"after"});
  if (!which)
    return tl::unexpected{which.error()};
  stream_query wanted{.which = std::move(*which), .after = {}};
  const auto after = given.find("after");
  // Checked even if it does not count: a wrong one would count in the next request.
  if (after != given.end()) {
    auto id = parse_change_cursor(after->second, "after");
    if (!id)
      return tl::unexpected{id.error()};
    wanted.after = *id;
  }
  if (!last_event_id.empty()) {
    auto id = parse_change_cursor(last_event_id, "Last-Event-ID");
    if (!id)
      return tl::unexpected{id.error()};
    wanted.after = *id;
  }
  return wanted;
}

result<feed::subscription> begin_stream(persistence::history& from, stream_query what) {
  const auto bounds = from.bounds(what.which.host);
  if (!bounds)
    return tl::unexpected{bounds.error()};
  feed::subscription begins{.which = std::move(what.which),
                            .after = bounds->settled,
                            .now = bounds->settled,
                            .reset = {}};
  if (!what.after)
    return begins;
  if (*what.after > bounds->newest)
    return fail(ec::bad_request,
                "no change has had the cursor " + std::to_string(*what.after)
                    + " yet: take cursors from the `id` of an event; the newest is "
                    + std::to_string(bounds->newest));
  if (*what.after < bounds->trimmed)
    begins.reset = feed::trimmed_away;
  else
    begins.after = *what.after;
  return begins;
}

} // namespace volumeviz::http
