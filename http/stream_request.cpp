#include "http/stream_request.hpp"

#include "http/header_text.hpp"
#include "text/percent.hpp"

#include <utility>

namespace volumeviz::http {

namespace {

/// How long browsers wait before they connect again.
constexpr std::string_view retry = "retry: 1000\n";

} // namespace

std::optional<request> stream_request(const prepared_head& head) {
  std::string_view line{head.text};
  const auto method = take(line, " ");
  auto query = take(line, " ");
  auto path = text::percent_decode(take(query, "?"));
  while (path && path->size() > 1 && path->back() == '/')
    path->pop_back();
  if (!path || *path != stream_path)
    return {};
  return request{.method = std::string{method},
                 .path = std::move(*path),
                 .query = parse_parameters(query.substr(0, query.find('#'))),
                 .authorization = head.headers.authorization,
                 .from = head.headers.from,
                 .last_event_id = head.headers.last_event_id,
                 .has_body = head.headers.has_body};
}

response begun_stream(persistence::history& from, stream_query what) {
  auto begins = begin_stream(from, std::move(what));
  if (!begins)
    return error_response(begins.error().code == ec::bad_request ? 400 : 503, begins.error().text);
  response begun{.body = {}, .type = "text/event-stream", .headers = {}};
  begun.stream = std::move(*begins);
  return begun;
}

std::string stream_begin(std::int64_t cursor) {
  return stream_head().append(retry).append("id: ").append(std::to_string(cursor)).append("\n\n");
}

std::string stream_head() {
  // The last header is for nginx, which else collects the events of a while.
  return raw_head(200, "text/event-stream", {}, {{"X-Accel-Buffering", "no"}});
}

std::string raw_answer(const response& answer, bool without_body) {
  auto text = raw_head(answer.status, answer.type, answer.body.size(), answer.headers);
  return without_body ? text : text + answer.body;
}

} // namespace volumeviz::http
