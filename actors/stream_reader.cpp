#include "actors/stream_reader.hpp"

#include <cstdlib>
#include <utility>

namespace volumeviz {

namespace {

// The daemon waits for 100 ms before it drops an event: by then all that it keeps is as old.
constexpr timestamp late = 90'000'000;

// Called on the reading thread until the stream ends. Have copies of all they need: the actor may
// be busy elsewhere.
docker::stream_sinks sinks_of(const reader_parts& all, const stream_reader_actor& reader) {
  struct clocks {
    timestamp offset = 0; ///< the daemon's clock minus ours
    timestamp since = never;
    std::size_t late = 0; ///< events in a row
  };
  auto parts = std::make_shared<const reader_parts>(all);
  auto daemon = std::make_shared<clocks>();
  docker::stream_sinks sinks;
  sinks.opened = [=](const docker::daemon_identity& who) {
    daemon->offset = who.daemon_time - who.local_time;
    daemon->since = who.daemon_time;
    caf::anon_send(reader, atom::opened_v, who);
  };
  const auto list_all = [=](list_reason reason) {
    for (const auto& handler : {parts->volumes, parts->containers})
      caf::anon_send(handler, atom::reconcile_v, reason, std::uint64_t{0});
  };
  sinks.event = [=](docker_event&& event) {
    auto now = parts->now();
    if (event.time >= daemon->since) {
      // The audit can't be relied on for this: a busy daemon has forgotten what it dropped by then.
      daemon->late = now + daemon->offset - event.time > late ? daemon->late + 1 : 0;
      if (daemon->late == parts->audits.backlog)
        list_all(list_reason::lost_events);
    }
    if (!parts->memory->remember(event))
      return;
    parts->memory->last_event = event.time;
    parts->memory->last_event_received = now;
    parts->numbers->last_event(event.time);
    if (event.time >= daemon->since) // what is older was replayed
      parts->numbers->stream_lag(
          metrics::seconds{seconds_between(event.time, now + daemon->offset)});
    const auto& handler = event.kind == resource_kind::volume ? parts->volumes : parts->containers;
    caf::anon_send(handler, std::move(event));
  };
  sinks.ignored = [=] { parts->numbers->event_ignored(1); };
  sinks.damaged = [=](failure&& why) {
    parts->numbers->event_failed(why.code, {}, 1);
    list_all(list_reason::damaged);
  };
  sinks.bytes = [=](std::size_t n) { parts->numbers->stream_read(n); };
  return sinks;
}

} // namespace

std::optional<timestamp> stream_memory::clock_offset(timestamp now) {
  std::lock_guard lock(mutex_);
  return std::exchange(clock_offset_, now);
}

std::jthread run_on_own_thread(std::shared_ptr<docker::event_stream> stream,
                               docker::stream_sinks sinks, std::function<void(failure&&)> ended) {
  return std::jthread([stream = std::move(stream), sinks = std::move(sinks),
                       ended = std::move(ended)] { ended(stream->run(sinks)); });
}

stream_reader::stream_reader(interface::pointer self, reader_parts parts)
    : self_(self), parts_(std::move(parts)) {
  stream_reader_actor me{self};
  thread_ = parts_.run_stream(parts_.stream, sinks_of(parts_, me), [me](failure&& why) {
    caf::anon_send(me, atom::ended_v, std::move(why));
  });
}

stream_reader::~stream_reader() {
  parts_.stream->stop();
}

stream_reader::interface::behavior_type stream_reader::make_behavior() {
  return {
      [this](atom::opened, const docker::daemon_identity& who) { opened(who); },
      [this](atom::ended, const failure& why) { ended(why); },
      [this](atom::tick) { audit(); },
      [](atom::alive) { return true; },
  };
}

void stream_reader::opened(const docker::daemon_identity& who) {
  clock_offset_ = who.daemon_time - who.local_time;
  covered_ = who.daemon_time;
  opened_at_ = who.daemon_time;
  forgets_ = !who.podman; // whose events are in a file or the journal
  asked_at_ = parts_.now();
  asked_at_steady_ = self_->clock().now();
  self_->send(parts_.supervisor, atom::opened_v, who);
  const auto before = parts_.memory->clock_offset(clock_offset_);
  if (before && std::abs(*before - clock_offset_) > ns(parts_.audits.clock_unset))
    list_anew();
  audit_in(parts_.audits.interval);
}

void stream_reader::ended(const failure& why) {
  self_->send(parts_.supervisor, atom::ended_v, why);
  self_->quit();
}

void stream_reader::audit_in(std::chrono::milliseconds wait) {
  audit_due_ = self_->clock().now() + wait;
  self_->delayed_send<caf::message_priority::high>(self_, wait, atom::tick_v);
}

} // namespace volumeviz
