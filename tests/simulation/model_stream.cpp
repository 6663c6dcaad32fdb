#include "tests/simulation/model_stream.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

constexpr auto connect_limit = 5s;
constexpr auto together = 105ms;

} // namespace

failure stream_handle::run(const docker::stream_sinks&) {
  throw std::logic_error("a model stream is run by its daemon");
}

bool model_stream::can_go_on(model_daemon& of) const {
  switch (at) {
  case phase::connecting:
    return of.down || !of.hung || of.runs.now() >= began + connect_limit;
  case phase::answered:
    return of.down || !of.hung;
  case phase::open:
    if (of.stalled || !of.reader_may_read())
      return false;
    return (!backlog.empty() || !tail.empty() || ending) && (ending || !of.hung);
  default:
    return false;
  }
}

void model_stream::go_on(model_daemon& of) {
  switch (at) {
  case phase::connecting:
    connect(of);
    break;
  case phase::answered:
    subscribe(of);
    break;
  default:
    read_on(of);
  }
}

void model_stream::stop() {
  at = phase::over;
  // The reader must not be called any more. It and this stream hold each other.
  sinks = {};
  ended = nullptr;
  backlog.clear();
}

void model_stream::connect(model_daemon& of) {
  if (of.hung && !of.down) {
    end({ec::docker_timeout, "the daemon did not answer in time"});
    return;
  }
  auto who = of.identity();
  if (!who) {
    end(who.error());
    return;
  }
  since = who->daemon_time - nanoseconds{overlap}.count();
  at = phase::answered;
  sinks.opened(*who);
}

void model_stream::subscribe(model_daemon& of) {
  // The headers are sent, and the client is not subscribed yet.
  of.in_the_gap();
  if (at != phase::answered)
    return;
  if (of.down) {
    end({ec::docker_unreachable, "connection reset"});
    return;
  }
  // The daemon goes back through its ring until it meets an event that is older.
  auto first = of.ring_.end();
  while (first != of.ring_.begin() && std::prev(first)->time >= since)
    --first;
  backlog.assign(first, of.ring_.end());
  // Podman's events come from a file, and wait there.
  room = of.habits.speaks == dialect::podman ? std::numeric_limits<std::size_t>::max()
                                             : of.habits.backlog + backlog.size();
  at = phase::open;
}

void model_stream::read_on(model_daemon& of) {
  if (backlog.empty() && ending) {
    end({ec::docker_unreachable, "the daemon has ended the stream"});
    return;
  }
  std::string bytes = std::exchange(tail, {});
  const auto most = 1 + of.runs.random(3);
  for (std::size_t n = 0; n < most && !backlog.empty(); ++n) {
    const auto pick = next_line(of);
    auto i = backlog.begin() + static_cast<std::ptrdiff_t>(pick);
    bytes += i->text;
    bytes += '\n';
    backlog.erase(i);
  }
  if (backlog.size() < room)
    full_since.reset();
  // One line may span many chunks.
  if (bytes.size() > 1 && of.runs.one_in(4)) {
    const auto cut = 1 + of.runs.random(bytes.size() - 1);
    tail = bytes.substr(cut);
    bytes.resize(cut);
  }
  if (backlog.empty() && ending && within_a_line) {
    bytes.resize(bytes.size() / 2);
    tail.clear();
  }
  feed(of, bytes);
}

/// The order in which concurrent publishers happen to append.
std::size_t model_stream::next_line(model_daemon& of) const {
  if (!of.habits.unsorted || backlog.size() < 2 || !of.runs.one_in(4))
    return 0;
  auto pick = of.runs.random(std::min<std::size_t>(backlog.size(), 3));
  while (pick > 0 && backlog[pick].published - backlog.front().published > together)
    --pick;
  return pick;
}

void model_stream::feed(model_daemon& of, std::string_view bytes) {
  // The reader may end this life in a sink.
  const auto told = sinks;
  const auto into = of.read;
  told.bytes(bytes.size());
  lines.feed(
      bytes,
      [&](std::string_view text) {
        auto parsed = parser.parse(text);
        if (auto* event = std::get_if<docker_event>(&parsed)) {
          into->events += into->seen.insert(*event).second ? 1 : 0;
          told.event(std::move(*event));
        } else if (auto* why = std::get_if<failure>(&parsed)) {
          ++into->damaged;
          told.damaged(std::move(*why));
        } else {
          told.ignored();
        }
      },
      [&](std::size_t) {
        ++into->damaged;
        told.damaged({ec::docker_too_large, "a line is too long"});
      });
}

void model_stream::end(failure why) {
  at = phase::over;
  backlog.clear();
  const auto tell = std::exchange(ended, nullptr);
  sinks = {};
  tell(std::move(why));
}

void model_daemon::start(const std::shared_ptr<docker::event_stream>& stream,
                         docker::stream_sinks sinks, std::function<void(failure&&)> ended) {
  auto x = dynamic_cast<stream_handle&>(*stream).stream;
  x->sinks = std::move(sinks);
  x->ended = std::move(ended);
  x->began = runs.now();
  x->at = model_stream::phase::connecting;
  // A client that connects to a hung daemon gives up at that moment.
  runs.at(x->began + connect_limit, [] {});
  std::erase_if(streams_, [](const auto& s) { return s->at == model_stream::phase::over; });
  streams_.push_back(std::move(x));
}

std::size_t model_daemon::active() {
  return static_cast<std::size_t>(
      std::ranges::count_if(streams_, [this](const auto& x) { return x->can_go_on(*this); }));
}

void model_daemon::go_on(std::size_t i) {
  for (const auto& x : std::vector{streams_})
    if (x->can_go_on(*this) && i-- == 0) {
      x->go_on(*this);
      return;
    }
}

bool model_daemon::reader_may_read() const {
  return !reader_waits || !reader_waits();
}

void model_daemon::end_streams(bool within_a_line) {
  for (const auto& x : streams_)
    if (x->at == model_stream::phase::open) {
      x->ending = true;
      x->within_a_line = within_a_line;
    }
}

void model_daemon::close_streams() {
  for (const auto& x : streams_)
    x->stop();
}

std::unique_ptr<docker::event_stream>
model_daemon::make_stream(const docker::stream_settings& settings) {
  auto x = std::make_shared<model_stream>();
  x->overlap = settings.overlap;
  x->lines = docker::line_reader{habits.line_limit};
  return std::make_unique<stream_handle>(std::move(x));
}

} // namespace volumeviz::simulation
