#include "actors/stream/stream_supervisor.hpp"

#include "actors/platform/error_text.hpp"
#include "actors/platform/shell.hpp"
#include "runtime/invariant.hpp"

#include <utility>

namespace volumeviz {

namespace {

// A stream that lived this long was not a failure: the next wait is the shortest one again. With a
// much longer limit, a few short faults in a row would add up to a wait of minutes. With a
// shorter one, a daemon that ends every stream at once would be listed every second.
constexpr auto lived_well = std::chrono::seconds{5};

// The longest wait while the daemon answers pings, although it opens no stream or ends each one at
// once. A connection and two lists every eight seconds are a small load, and rows are right seconds
// after the fault has ended.
constexpr auto answering_wait = std::chrono::seconds{8};

// A daemon that is back is noticed within this time. A ping costs next to nothing.
constexpr auto probe_interval = std::chrono::seconds{2};
// Above the auditor's own deadline.
constexpr auto probe_limit = std::chrono::seconds{10};

} // namespace

stream_supervisor::stream_supervisor(interface::pointer self, context_ptr context,
                                     stream_supervisor_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)),
      backoff_(parts_.backoff_min, parts_.backoff_max, context_->seed) {
  parts_.reader.supervisor = self_;
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (reader_ && down.source == reader_.address())
      reader_died(down.reason);
  });
}

stream_supervisor::~stream_supervisor() {
  if (reader_)
    caf::anon_send_exit(reader_, caf::exit_reason::user_shutdown);
}

stream_supervisor::interface::behavior_type stream_supervisor::make_behavior() {
  report_.why = {ec::docker_unreachable, "not connected yet"};
  connect();
  return {
      [this](atom::opened, const daemon_identity& daemon) { opened(daemon); },
      [this](atom::ended, const failure& why) { ended(why); },
      [this](atom::wake) { wake(); },
      [this](atom::identify) { publish(); },
      [this](atom::backoff_over, std::uint64_t wait) {
        if (waiting_ && wait == wait_)
          connect();
      },
      [this](atom::probe_due) { probe(); },
      [this](atom::stop) { return stop(); },
      [](atom::alive) { return true; },
  };
}

void stream_supervisor::connect() {
  invariant(!reader_, "one stream reader at a time");
  waiting_ = false;
  auto parts = parts_.reader;
  parts.stream = parts_.daemon->make_stream({});
  reader_ = self_->spawn<shell<stream_reader>>(parts_.reader_slot, context_, std::move(parts));
  self_->monitor(reader_);
  parts_.reader_slot->state = actor_state::running;
}

void stream_supervisor::opened(const daemon_identity& daemon) {
  if (streams_++ > 0) {
    ++report_.reconnects;
    report_.last_reconnect = context_->now();
  }
  opened_at_ = self_->clock().now();
  failures_ = 0;
  daemon_away_ = false;
  report_.connected = true;
  report_.docker_answers = true;
  report_.why = {};
  report_.engine_id = daemon.engine_id;
  report_.engine_version = daemon.engine_version;
  report_.api_version = daemon.api_version;
  report_.connected_since = context_->now();
  report_.lived_seconds = 0;
  context_->log->info("connected to {} {} (API {}, engine {})", daemon.podman ? "Podman" : "Docker",
                      daemon.engine_version, daemon.api_version, daemon.engine_id);
  publish();
}

void stream_supervisor::ended(const failure& why) {
  auto was_connected = std::exchange(report_.connected, false);
  ended_at_ = self_->clock().now();
  report_.why = why;
  report_.docker_answers = why.code == ec::docker_refused;
  if (was_connected) {
    auto lived = ended_at_ - opened_at_;
    report_.lived_seconds = std::chrono::duration<double>(lived).count();
    if (lived >= lived_well)
      backoff_.reset();
  }
  // The first failure is a warning. The following ones are debug lines until a stream opens.
  if (was_connected)
    context_->log->warn("the event stream has ended: {}", why.text);
  else if (failures_++ == 0)
    context_->log->warn("not connected: {}", why.text);
  else
    context_->log->debug("still not connected ({} times now): {}", failures_, why.text);
  publish();
  // The length of a stream's life is reported once: a report that is published again, or one about
  // a failed attempt, must not count it again.
  report_.lived_seconds = 0;
}

void stream_supervisor::wake() {
  // Not before the shortest wait is over: the socket may be there before the daemon listens on it.
  if (waiting_)
    connect_at(ended_at_ + parts_.backoff_min);
}

void stream_supervisor::reader_died(const caf::error& why) {
  reader_ = nullptr;
  parts_.reader_slot->state = actor_state::restarting;
  ++parts_.reader_slot->restarts;
  if (stopped_) {
    stopped_->deliver(true);
    return;
  }
  if (why && why != caf::exit_reason::user_shutdown)
    ended({ec::internal, "the stream reader died: " + text_of(self_->system(), why)});
  wait_and_connect();
}

void stream_supervisor::wait_and_connect() {
  if (stopping_)
    return;
  auto wait = backoff_.next();
  context_->log->debug("connecting again in {} ms", wait.count());
  waiting_ = true;
  connect_at_ = steady::time_point::max();
  connect_at(self_->clock().now() + wait);
  probe_later();
}

void stream_supervisor::probe_later() {
  if (!std::exchange(probing_, true))
    self_->delayed_send(self_, probe_interval, atom::probe_due_v);
}

void stream_supervisor::probe() {
  if (!waiting_) {
    probing_ = false;
    return;
  }
  self_->request(parts_.reader.auditor, probe_limit, atom::identify_v)
      .then([this](const failure& why) { probed(why.text.empty()); },
            // The auditor did not answer, which says nothing about the daemon.
            [this](const caf::error&) { probed({}); });
}

void stream_supervisor::probed(std::optional<bool> answers) {
  probing_ = false;
  if (!waiting_)
    return;
  if (answers == false)
    daemon_away_ = true;
  else if (answers == true && std::exchange(daemon_away_, false))
    wake();
  else if (answers == true)
    connect_at(ended_at_ + std::max<steady::duration>(answering_wait, parts_.backoff_min));
  probe_later();
}

/// Ends the wait at this time, unless it ends sooner anyway.
void stream_supervisor::connect_at(steady::time_point when) {
  when = std::max(when, self_->clock().now());
  if (when >= connect_at_)
    return;
  connect_at_ = when;
  self_->delayed_send<caf::message_priority::high>(self_, when - self_->clock().now(),
                                                   atom::backoff_over_v, ++wait_);
}

caf::result<bool> stream_supervisor::stop() {
  stopping_ = true;
  waiting_ = false;
  if (!reader_)
    return true;
  stopped_ = self_->make_response_promise<bool>();
  self_->send_exit(reader_, caf::exit_reason::user_shutdown);
  return *stopped_;
}

void stream_supervisor::publish() {
  self_->send(context_->handles.reconciler, report_);
  self_->send(context_->handles.health, report_);
  self_->send(context_->handles.metrics, report_);
}

} // namespace volumeviz
