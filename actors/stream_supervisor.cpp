#include "actors/stream_supervisor.hpp"

#include "actors/platform/shell.hpp"

#include <utility>

namespace volumeviz {

namespace {

// A stream that lived as long was no failure: the next waits begin at the shortest again. Much
// longer, and some faults in a row, each mended at once, would add up to a wait of minutes;
// shorter, and a daemon that ends every stream at once would be asked for its lists every second.
constexpr auto lived_well = std::chrono::seconds{5};

// The longest wait while the daemon answers pings, although it opens no stream or ends each one at
// once. A connection and the lists that follow it are no burden every eight seconds, and whatever
// was wrong with its streams, rows are right seconds after that has ended.
constexpr auto answering_wait = std::chrono::seconds{8};

// A daemon that is back is noticed as soon; a ping costs nobody anything.
constexpr auto probe_interval = std::chrono::seconds{2};
// Above what the auditor gives the daemon.
constexpr auto probe_limit = std::chrono::seconds{10};

} // namespace

stream_supervisor::stream_supervisor(interface::pointer self, stream_supervisor_parts parts)
    : self_(self), parts_(std::move(parts)), log_(parts_.reader.log),
      backoff_(parts_.backoff_min, parts_.backoff_max, parts_.seed) {
  parts_.reader.supervisor = self_;
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (down.source == reader_address_)
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
      [this](atom::opened, const docker::daemon_identity& who) { opened(who); },
      [this](atom::ended, const failure& why) { ended(why); },
      [this](atom::wake) { wake(); },
      [this](atom::identify) { tell(); },
      [this](atom::backoff_over, std::uint64_t epoch) {
        if (waiting_ && epoch == epoch_)
          connect();
      },
      [this](atom::probe_due) { probe(); },
      [this](atom::stop) { return stop(); },
      [](atom::alive) { return true; },
  };
}

void stream_supervisor::connect() {
  waiting_ = false;
  auto parts = parts_.reader;
  parts.stream = parts_.daemon->make_stream({});
  reader_ = self_->spawn<shell<stream_reader>>(parts_.reader_slot, std::move(parts));
  reader_address_ = caf::actor_cast<caf::actor_addr>(reader_);
  self_->monitor(reader_);
  parts_.reader_slot->state = actor_state::running;
}

void stream_supervisor::opened(const docker::daemon_identity& who) {
  if (lives_++ > 0) {
    ++report_.reconnects;
    report_.last_reconnect = parts_.reader.now();
  }
  opened_at_ = self_->clock().now();
  failures_ = 0;
  away_ = false;
  report_.connected = true;
  report_.docker_answers = true;
  report_.why = {};
  report_.engine_id = who.engine_id;
  report_.engine_version = who.engine_version;
  report_.api_version = who.api_version;
  report_.connected_since = parts_.reader.now();
  report_.lived_seconds = 0;
  log_->info("connected to {} {} (API {}, engine {})", who.podman ? "Podman" : "Docker",
             who.engine_version, who.api_version, who.engine_id);
  tell();
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
  // The first failure is told, the ones after it are counted until it works again.
  if (was_connected)
    log_->warn("the event stream has ended: {}", why.text);
  else if (failures_++ == 0)
    log_->warn("not connected: {}", why.text);
  else
    log_->debug("still not connected ({} times now): {}", failures_, why.text);
  tell();
  // One life, one report: what is told again (a failed attempt, somebody who was restarted) has not
  // ended anew.
  report_.lived_seconds = 0;
}

void stream_supervisor::wake() {
  // Not sooner than the shortest wait: the socket may be there before the daemon is.
  if (waiting_)
    connect_again_at(ended_at_ + parts_.backoff_min);
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
    ended({ec::internal, "the stream reader died: " + self_->system().render(why)});
  wait_and_connect();
}

void stream_supervisor::wait_and_connect() {
  if (stopping_)
    return;
  auto wait = backoff_.next();
  log_->debug("connecting again in {} ms", wait.count());
  waiting_ = true;
  connect_at_ = steady::time_point::max();
  connect_again_at(self_->clock().now() + wait);
  probe_later();
}

void stream_supervisor::probe_later() {
  if (!std::exchange(probe_due_, true))
    self_->delayed_send(self_, probe_interval, atom::probe_due_v);
}

void stream_supervisor::probe() {
  if (!waiting_) {
    probe_due_ = false;
    return;
  }
  self_->request(parts_.reader.auditor, probe_limit, atom::identify_v)
      .then([this](const failure& why) { probed(why.text.empty()); },
            // The auditor itself is away, which says nothing of the daemon.
            [this](const caf::error&) { probed({}); });
}

/// A daemon that was away and is back ends the wait; one that answers, but ends its streams, is
/// what waits are for, up to a length.
void stream_supervisor::probed(std::optional<bool> answers) {
  probe_due_ = false;
  if (!waiting_)
    return;
  if (answers == false)
    away_ = true;
  else if (answers == true && std::exchange(away_, false))
    wake();
  else if (answers == true)
    connect_again_at(ended_at_ + std::max<steady::duration>(answering_wait, parts_.backoff_min));
  probe_later();
}

/// Never later than was said before.
void stream_supervisor::connect_again_at(steady::time_point when) {
  when = std::max(when, self_->clock().now());
  if (when >= connect_at_)
    return;
  connect_at_ = when;
  self_->delayed_send<caf::message_priority::high>(self_, when - self_->clock().now(),
                                                   atom::backoff_over_v, ++epoch_);
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

void stream_supervisor::tell() {
  self_->send(parts_.reader.reconciler, report_);
  self_->send(parts_.health, report_);
  self_->send(parts_.metrics, report_);
}

} // namespace volumeviz
