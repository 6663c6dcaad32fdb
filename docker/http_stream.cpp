#include "docker/http_stream.hpp"

#include "docker/event_json.hpp"
#include "docker/line_reader.hpp"
#include "docker/requests.hpp"

namespace volumeviz::docker {

http_stream::http_stream(address where, std::shared_ptr<deadline_keeper> keeper,
                         const stream_settings& settings)
    : session_{std::move(where), std::move(keeper)}, settings_{settings} {
}

void http_stream::stop() noexcept {
  session_.stop();
}

bool http_stream::connected() const noexcept {
  return session_.peer_open();
}

failure http_stream::run(const stream_sinks& sinks) {
  constexpr std::string_view what = "open the event stream";
  const auto limit = [this] { return std::chrono::steady_clock::now() + settings_.connect_limit; };
  const auto identity = session_.identify(what, limit());
  if (!identity)
    return identity.error();
  // Docker answers 200 before it has subscribed the client. Only a start in the past leaves no gap.
  const auto overlap = std::chrono::nanoseconds{settings_.overlap}.count();
  const auto path = events_path(identity->daemon_time - overlap, session_.genuine());

  event_parser parser;
  line_reader lines{settings_.line_limit};
  const line_reader::on_line line = [&](std::string_view text) {
    auto parsed = parser.parse(text);
    if (auto* event = std::get_if<docker_event>(&parsed))
      sinks.event(std::move(*event));
    else if (auto* why = std::get_if<failure>(&parsed))
      sinks.damaged(std::move(*why));
    else
      sinks.ignored();
  };
  const line_reader::on_too_long too_long = [&](std::size_t most) {
    sinks.damaged({ec::docker_too_large, "a line of the event stream is longer than the limit of "
                                             + std::to_string(most) + " bytes and was skipped"});
  };
  return session_.stream(
      what, path, limit(), [&] { sinks.opened(*identity); },
      [&](std::string_view bytes) {
        sinks.bytes(bytes.size());
        lines.feed(bytes, line, too_long);
        return true;
      });
}

} // namespace volumeviz::docker
