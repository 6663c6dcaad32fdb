// The events of a fake daemon: its ring of the newest ones, and the answers to /events.
#include "tests/support/fake_state.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace volumeviz::support {

namespace {

constexpr std::size_t ring_size = 256; // dockerd's own

/// SECONDS[.NANOS]
std::int64_t parse_time(const std::string& text) {
  const auto dot = text.find('.');
  auto nanos = dot == std::string::npos ? std::string{} : text.substr(dot + 1);
  nanos.resize(9, '0');
  return std::stoll(text.substr(0, dot)) * 1'000'000'000 + std::stoll(nanos);
}

} // namespace

std::int64_t fake_daemon::implementation::now() const {
  const auto time = std::chrono::system_clock::now().time_since_epoch() + clock_offset;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

void fake_daemon::implementation::log(fake_event event) {
  forget_lists();
  if (event.time_ns == 0)
    event.time_ns = last_time = std::max(now(), last_time + 1);
  ring.push_back(event);
  if (ring.size() > ring_size)
    ring.pop_front();
  for (auto* stream : streams)
    if (!muted && passes(event, stream->filters))
      stream->waiting.push_back(event_line(event, dialect));
  changed.notify_all();
}

fake_container& fake_daemon::implementation::at(const std::string& id) {
  const auto found = world.containers.find(id);
  if (found == world.containers.end())
    throw std::out_of_range{"no container " + id};
  return found->second;
}

void fake_daemon::implementation::log_container(const fake_container& x, const std::string& action,
                                                text_map extra) {
  extra.emplace("name", x.name);
  extra.emplace("image", x.image);
  for (const auto& [key, value] : x.labels)
    extra.emplace(key, value);
  log({.type = "container", .action = action, .id = x.id, .attributes = std::move(extra)});
}

void fake_daemon::implementation::log_mounts(const fake_container& x, const std::string& action) {
  if (dialect.podman)
    return;
  for (const auto& mount : x.mounts)
    log({.type = "volume",
         .action = action,
         .id = mount.volume,
         .attributes = {{"container", x.id}, {"driver", "local"}}});
}

bool fake_daemon::implementation::stream_events(fake_peer& peer, const fake_request& request,
                                                const std::string& headers) {
  const auto parameter = [&](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string{} : found->second;
  };
  const auto since = parameter("since");
  const auto until = parameter("until");
  // As in dockerd: the headers are sent before the client is subscribed.
  if (!peer.write(head(200, headers + "Transfer-Encoding: chunked\r\n\r\n")))
    return false;
  fake_stream stream;
  stream.filters = parameter("filters");
  std::unique_lock guard{mutex};
  const auto last = until.empty() ? std::nullopt : std::optional{parse_time(until)};
  if (!since.empty()) {
    // As in dockerd: backward, and only to the first older event, whatever the order behind it.
    auto first = ring.end();
    while (first != ring.begin() && std::prev(first)->time_ns >= parse_time(since))
      --first;
    for (; first != ring.end(); ++first)
      if (passes(*first, stream.filters) && (!last || first->time_ns <= *last))
        stream.waiting.push_back(event_line(*first, dialect));
  }
  const bool live = !last || *last > now();
  if (live)
    streams.insert(&stream);
  else
    stream.ends = fake_stream::end::clean;
  for (bool open = true; open;) {
    const auto work = [&] {
      return leaving
             || (!hung && (!stream.waiting.empty() || stream.ends != fake_stream::end::none));
    };
    changed.wait_for(guard, std::chrono::milliseconds{10}, work);
    if (leaving || (!work() && peer.gone()))
      break;
    if (live && last && now() > *last)
      stream.ends = fake_stream::end::clean;
    while (open && !hung && !stream.waiting.empty()) {
      const auto bytes = std::move(stream.waiting.front());
      stream.waiting.pop_front();
      const auto step = chunk_size == 0 ? bytes.size() : chunk_size;
      guard.unlock();
      for (std::size_t at = 0; open && at < bytes.size(); at += step)
        open = peer.write(http_chunk(std::string_view{bytes}.substr(at, step)));
      guard.lock();
    }
    open = open && (hung || stream.ends == fake_stream::end::none);
  }
  streams.erase(&stream);
  const bool clean = stream.ends == fake_stream::end::clean && !leaving;
  guard.unlock();
  return clean && peer.write("0\r\n\r\n");
}

} // namespace volumeviz::support
