#include "actors/stream/stream_reader.hpp"

#include "sync/late_reader.hpp"

#include <utility>

namespace volumeviz {

namespace {

// Above the auditor's own deadline, so it only matters when the auditor hangs.
constexpr auto audit_limit = std::chrono::seconds{8};

void request_list(const resource_handler_actor& handler, list_reason reason) {
  caf::anon_send(handler, atom::reconcile_v, reason, std::uint64_t{0});
}

/// The sinks run on the reading thread until the stream ends. They own copies of all they use,
/// since the actor may run on another thread at the same time.
docker::stream_sinks sinks_of(const context_ptr& context,
                              const std::shared_ptr<stream_memory>& memory, std::size_t backlog,
                              const stream_reader_actor& reader) {
  auto late = std::make_shared<sync::late_reader>(backlog);
  docker::stream_sinks sinks;
  sinks.opened = [=](const daemon_identity& daemon) {
    late->opened(daemon.daemon_time, daemon.local_time);
    caf::anon_send(reader, atom::opened_v, daemon);
  };
  const auto list_all = [=](list_reason reason) {
    for (const auto& handler : {context->handles.volumes, context->handles.containers})
      request_list(handler, reason);
  };
  sinks.event = [=](docker_event&& event) {
    auto now = context->now();
    const auto lag = late->lag_of(event, now);
    if (lag && late->may_have_lost(*lag))
      list_all(list_reason::lost_events);
    if (!memory->remember(event))
      return;
    memory->last_event = event.time;
    memory->last_event_received = now;
    context->numbers->stream.last_event.set_time(event.time);
    if (lag)
      context->numbers->stream.lag.observe(*lag);
    const auto& handler = event.kind == resource_kind::volume ? context->handles.volumes
                                                              : context->handles.containers;
    caf::anon_send(handler, std::move(event));
  };
  sinks.ignored = [=] { context->numbers->events.ignored.add(); };
  sinks.damaged = [=](failure&& why) {
    context->numbers->events.failed(why.code, {}, 1);
    list_all(list_reason::damaged);
  };
  sinks.bytes = [=](std::size_t n) { context->numbers->stream.read_bytes.add(n); };
  return sinks;
}

} // namespace

std::jthread run_on_own_thread(std::shared_ptr<docker::event_stream> stream,
                               docker::stream_sinks sinks, std::function<void(failure&&)> ended) {
  return std::jthread([stream = std::move(stream), sinks = std::move(sinks),
                       ended = std::move(ended)] { ended(stream->run(sinks)); });
}

stream_reader::stream_reader(interface::pointer self, context_ptr context, reader_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)), audit_(parts_.audits) {
  stream_reader_actor me{self};
  thread_ =
      parts_.run_stream(parts_.stream, sinks_of(context_, parts_.memory, parts_.audits.backlog, me),
                        [me](failure&& why) { caf::anon_send(me, atom::ended_v, std::move(why)); });
}

stream_reader::~stream_reader() {
  parts_.stream->stop();
}

stream_reader::interface::behavior_type stream_reader::make_behavior() {
  return {
      [this](atom::opened, const daemon_identity& daemon) { opened(daemon); },
      [this](atom::ended, const failure& why) { ended(why); },
      [this](atom::audit_due) { audit(); },
      [](atom::alive) { return true; },
  };
}

void stream_reader::opened(const daemon_identity& daemon) {
  const auto now = clocks();
  self_->send(parts_.supervisor, atom::opened_v, daemon);
  const auto offset = daemon.daemon_time - daemon.local_time;
  carry_out(audit_.opened({.daemon_time = daemon.daemon_time,
                           .local_time = daemon.local_time,
                           .forgets = !daemon.podman,
                           .offset_before = parts_.memory->exchange_clock_offset(offset)},
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
      .then([this](const audit_answer& answer) { audit_answered(answer); },
            [this](const caf::error&) { carry_out(audit_.timed_out(self_->clock().now())); });
}

void stream_reader::audit_answered(const audit_answer& answer) {
  const auto now = self_->clock().now();
  const auto connected = parts_.stream->connected();
  carry_out(parts_.memory->with_events([&](const sync::event_memory& shown) {
    return audit_.answered(answer, shown, connected, now);
  }));
}

void stream_reader::carry_out(const sync::stream_decision& decision) {
  if (decision.passed)
    context_->numbers->stream
        .audits(*decision.passed ? metrics::audit_result::passed : metrics::audit_result::failed)
        .add();
  request_lists(decision.relist);
  if (decision.proven_until)
    self_->send(context_->handles.reconciler, atom::barrier_v, *decision.proven_until);
  if (decision.end) {
    ended(*decision.end);
    return;
  }
  self_->delayed_send<caf::message_priority::high>(
      self_, audit_.next_question() - self_->clock().now(), atom::audit_due_v);
}

void stream_reader::request_lists(sync::relist_cause cause) {
  switch (cause) {
  case sync::relist_cause::none:
    return;
  case sync::relist_cause::clock_set:
    request_list(context_->handles.containers, list_reason::lost_rows);
    return;
  case sync::relist_cause::daemon_hung:
    context_->log->debug("the daemon was slow to answer: a client that timed out may have changed "
                         "something without an event; listing");
    break;
  case sync::relist_cause::daemon_forgot:
    context_->log->debug("the daemon remembers too few events for an audit of the stream; listing");
    break;
  }
  for (const auto& handler : {context_->handles.volumes, context_->handles.containers})
    request_list(handler, list_reason::lost_events);
}

sync::clock_reading stream_reader::clocks() const {
  return {self_->clock().now(), context_->now()};
}

} // namespace volumeviz
