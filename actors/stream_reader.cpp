#include "actors/stream_reader.hpp"

#include "sync/late_reader.hpp"

#include <utility>

namespace volumeviz {

namespace {

// Longer than the auditor's own deadline: it only counts when the auditor hangs.
constexpr auto audit_limit = std::chrono::seconds{8};

// Called on the reading thread until the stream ends. Have copies of all they need: the actor may
// be busy elsewhere.
docker::stream_sinks sinks_of(const reader_parts& all, const stream_reader_actor& reader) {
  auto parts = std::make_shared<const reader_parts>(all);
  auto late = std::make_shared<sync::late_reader>(all.audits.backlog);
  docker::stream_sinks sinks;
  sinks.opened = [=](const docker::daemon_identity& who) {
    late->opened(who.daemon_time, who.local_time);
    caf::anon_send(reader, atom::opened_v, who);
  };
  const auto list_all = [=](list_reason reason) {
    for (const auto& handler : {parts->volumes, parts->containers})
      caf::anon_send(handler, atom::reconcile_v, reason, std::uint64_t{0});
  };
  sinks.event = [=](docker_event&& event) {
    auto now = parts->now();
    const auto lag = late->lag_of(event, now);
    if (lag && late->may_have_lost(*lag))
      list_all(list_reason::lost_events);
    if (!parts->memory->remember(event))
      return;
    parts->memory->last_event = event.time;
    parts->memory->last_event_received = now;
    parts->numbers->last_event(event.time);
    if (lag)
      parts->numbers->stream_lag(*lag);
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
    : self_(self), parts_(std::move(parts)), audit_(parts_.audits) {
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
      [this](atom::audit_due) { audit(); },
      [](atom::alive) { return true; },
  };
}

void stream_reader::opened(const docker::daemon_identity& who) {
  const auto now = clocks();
  self_->send(parts_.supervisor, atom::opened_v, who);
  const auto offset = who.daemon_time - who.local_time;
  carry_out(audit_.opened({.daemon_time = who.daemon_time,
                           .local_time = who.local_time,
                           .forgets = !who.podman,
                           .offset_before = parts_.memory->clock_offset(offset)},
                          now));
}

void stream_reader::ended(const failure& why) {
  self_->send(parts_.supervisor, atom::ended_v, why);
  self_->quit();
}

void stream_reader::audit() {
  const auto question = audit_.ask(clocks());
  if (!question) {
    ended(question.error());
    return;
  }
  self_->request(parts_.auditor, audit_limit, *question)
      .then([this](const audit_answer& answer) { audited(answer); },
            [this](const caf::error&) { carry_out(audit_.timed_out(self_->clock().now())); });
}

void stream_reader::audited(const audit_answer& answer) {
  const auto now = self_->clock().now();
  const auto stands = parts_.stream->stands();
  carry_out(parts_.memory->with_events([&](const sync::event_memory& shown) {
    return audit_.answered(answer, shown, stands, now);
  }));
}

void stream_reader::carry_out(const sync::stream_decision& decision) {
  if (decision.passed)
    parts_.numbers->stream_audit(*decision.passed);
  list(decision.relist);
  if (decision.proven_until)
    self_->send(parts_.reconciler, atom::barrier_v, *decision.proven_until);
  if (decision.end) {
    ended(*decision.end);
    return;
  }
  self_->delayed_send<caf::message_priority::high>(
      self_, audit_.next_question() - self_->clock().now(), atom::audit_due_v);
}

void stream_reader::list(sync::relist_cause cause) {
  switch (cause) {
  case sync::relist_cause::none:
    return;
  case sync::relist_cause::clock_set:
    ask_for_lists(parts_.containers, list_reason::lost_rows);
    return;
  case sync::relist_cause::daemon_hung:
    parts_.log->debug("the daemon was slow to answer: a client that timed out may have changed "
                      "something without an event; listing");
    break;
  case sync::relist_cause::daemon_forgot:
    parts_.log->debug("the daemon remembers too few events for an audit of the stream; listing");
    break;
  }
  for (const auto& handler : {parts_.volumes, parts_.containers})
    ask_for_lists(handler, list_reason::lost_events);
}

void stream_reader::ask_for_lists(const resource_handler_actor& of, list_reason reason) {
  self_->send(of, atom::reconcile_v, reason, std::uint64_t{0});
}

} // namespace volumeviz
