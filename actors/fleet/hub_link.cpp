#include "actors/fleet/hub_link.hpp"

#include "actors/fleet/error_text.hpp"
#include "sync/clean_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// A thousand agents must not come back in the same second, and none should wait for longer than
// people do.
constexpr auto dial_min = 200ms;
constexpr auto dial_max = 3s;

constexpr auto step_limit = 3s;
constexpr auto heartbeat_interval = 2s;
constexpr auto heartbeat_limit = 5s;

constexpr std::size_t why_most = 4096; // bytes

std::string reason_of(const caf::actor_system& system, const caf::error& why) {
  if (why == caf::sec::request_timeout)
    return "no answer in time";
  return text_of(system, why);
}

} // namespace

hub_link::hub_link(interface::pointer self, hub_link_parts parts)
    : self_(self), parts_(std::move(parts)), waits_(dial_min, dial_max, parts_.seed),
      trouble_(parts_.log, "reaching the hub at " + config::to_string(parts_.hub)) {
}

hub_link::~hub_link() {
  // CAF 0.17 says nothing for a promise that is dropped.
  session_ = nullptr;
  why_away_ = "the link to it died";
  answer_early();
  for (auto& [seq, x] : under_way_)
    x.answer.deliver(
        write_answer{.ok = false,
                     .why = {ec::internal, "the link to the hub died before the hub had answered"},
                     .summary = {}});
}

hub_link::interface::behavior_type hub_link::make_behavior() {
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (session_ && down.source == session_.address())
      lost("the connection broke (" + self_->system().render(down.reason) + ")");
  });
  self_->send<caf::message_priority::high>(self_, atom::dial_v);
  self_->delayed_send<caf::message_priority::high>(self_, heartbeat_interval,
                                                   atom::heartbeat_due_v);
  return {
      [this](change_batch& batch) { return take(batch); },
      [](atom::release, const std::string&) {}, // the hub has locks of its own
      [](atom::write_due) {},
      [](atom::ping_due) {},
      [](atom::stop) { return true; },
      [this](atom::dial) { dial(); },
      [this](atom::dial, std::uint64_t seq) { send_chunk(seq); },
      [this](atom::heartbeat_due) { heartbeat(); },
  };
}

void hub_link::step_failed(std::uint64_t attempt, const char* what, const caf::error& why) {
  if (attempt == attempt_)
    lost(fmt::format("{}: {}", what, reason_of(self_->system(), why)));
}

void hub_link::dial() {
  const auto n = ++attempt_;
  self_
      ->request(parts_.connector, step_limit, caf::connect_atom_v, parts_.hub.host, parts_.hub.port)
      .then(
          [this, n](const caf::node_id&, const caf::strong_actor_ptr& gate,
                    const std::set<std::string>& messages) {
            if (n == attempt_)
              knock(gate, messages);
          },
          [this, n](const caf::error& why) { step_failed(n, "connecting", why); });
}

void hub_link::knock(const caf::strong_actor_ptr& gate, const std::set<std::string>& messages) {
  auto& system = self_->system();
  if (!gate || !system.assignable(messages, system.message_types<hub_gate_actor>())) {
    lost("the peer at that address is not a volumeviz-events hub");
    return;
  }
  auto door = caf::actor_cast<hub_gate_actor>(gate);
  self_
      ->request(door, step_limit, atom::hello_v, link_protocol, parts_.host, parts_.program_version)
      .then(
          [this, n = attempt_, door](std::uint32_t, const std::string&, const std::string& why) {
            if (n == attempt_)
              greeted(door, why);
          },
          [this, n = attempt_](const caf::error& why) { step_failed(n, "saying hello", why); });
}

void hub_link::greeted(const hub_gate_actor& gate, const std::string& refused) {
  if (!refused.empty()) {
    lost("the hub refuses this agent: " + refused);
    return;
  }
  agent_hello hello{.host = parts_.host,
                    .program_version = parts_.program_version,
                    .engine_id = engine_id_,
                    .incarnation = parts_.incarnation,
                    .acked = *parts_.acked};
  self_->request(gate, step_limit, std::move(hello))
      .then(
          [this, n = attempt_](const link_welcome& welcome, const caf::strong_actor_ptr& session) {
            if (n == attempt_)
              enter(welcome, session);
          },
          [this, n = attempt_](const caf::error& why) {
            step_failed(n, "the hub refuses this agent", why);
          });
}

void hub_link::enter(const link_welcome& welcome, const caf::strong_actor_ptr& session) {
  session_ = caf::actor_cast<hub_session_actor>(session);
  token_ = welcome.token;
  self_->monitor(session_);
  trouble_.worked();
  waits_.reset();
  why_away_.clear();
  parts_.log->info("connected to the hub at {}{}", hub_name(),
                   welcome.snapshot ? "; it wants everything once more" : "");
  report(true, {}, 0);
  parts_.numbers->hub_connected(true);
  answer_early();
  tell_of_ourselves();
  wake_handlers(welcome.snapshot);
}

void hub_link::lost(const std::string& why) {
  ++attempt_;
  why_away_ = why;
  sync::clean_text(why_away_, why_most); // much of it may be the hub's words
  trouble_.failed(why_away_);
  if (session_)
    self_->demonitor(session_.address());
  session_ = nullptr;
  token_.clear();
  parts_.numbers->hub_connected(false);
  report(false, away(), 0);
  auto unanswered = std::exchange(under_way_, {});
  for (auto& [seq, x] : unanswered)
    x.answer.deliver(write_answer{.ok = false, .why = away(), .summary = {}});
  answer_early();
  parts_.numbers->hub_redialed();
  self_->delayed_send<caf::message_priority::high>(self_, waits_.next(), atom::dial_v);
}

void hub_link::answer_early() {
  tried_ = true;
  for (auto& [batch, answer] : std::exchange(early_, {}))
    send(std::move(batch), answer);
}

failure hub_link::away() const {
  return {ec::store_unreachable,
          fmt::format("the hub at {} is not reachable: {}", hub_name(), why_away_)};
}

void hub_link::heartbeat() {
  self_->delayed_send<caf::message_priority::high>(self_, heartbeat_interval,
                                                   atom::heartbeat_due_v);
  if (session_)
    tell_of_ourselves();
}

void hub_link::tell_of_ourselves() {
  self_->request(parts_.health, heartbeat_interval / 2, atom::health_v)
      .then([this](const health_report& health) { send_heartbeat(health); },
            [this](const caf::error&) {
              send_heartbeat(
                  {.status = health_status::unhealthy,
                   .now = never,
                   .checks = {},
                   .events = {.reasons = {"the agent's health reporter does not answer"}}});
            });
}

void hub_link::send_heartbeat(const health_report& health) {
  if (!session_)
    return;
  link_heartbeat heartbeat{.token = token_,
                           .engine_id = engine_id_,
                           .engine_version = engine_version_,
                           .connected = health.events.connected,
                           .status = health.status,
                           .queue_size = health.events.queue_size};
  if (health.events.verified_at != never)
    heartbeat.verified_ago_ms =
        std::max<timestamp>(health.now - health.events.verified_at, 0) / 1'000'000;
  heartbeat.reasons = health.events.reasons;
  for (const auto& check : health.checks)
    heartbeat.reasons.insert(heartbeat.reasons.end(), check.reasons.begin(), check.reasons.end());
  self_->request(session_, heartbeat_limit, std::move(heartbeat))
      .then(
          [this, n = attempt_](bool) {
            if (n == attempt_)
              report(true, {}, 0);
          },
          [this, n = attempt_](const caf::error& why) { step_failed(n, "asking the hub", why); });
}

/// The hub answers, but another one may write the host's rows.
void hub_link::noted_lock(const failure& why) {
  const auto before = std::exchange(locked_out_, why);
  if (before.text.empty() != why.text.empty())
    report(true, {}, 0);
}

void hub_link::report(bool up, const failure& why, double seconds) {
  const auto standby = up && !locked_out_.text.empty();
  store_report said{.up = up,
                    .standby = standby,
                    .why = standby ? locked_out_ : why,
                    .batches = 0,
                    .seconds = seconds};
  self_->send(parts_.metrics, said);
  self_->send(parts_.health, std::move(said));
}

void hub_link::wake_handlers(bool snapshot) {
  for (const auto& handler : {parts_.volumes, parts_.containers}) {
    if (!handler)
      continue;
    if (snapshot)
      self_->send(handler, atom::reconcile_v, list_reason::lost_rows, std::uint64_t{0});
    self_->send(handler, atom::wake_v);
  }
}

std::string hub_link::hub_name() const {
  return config::to_string(parts_.hub);
}

} // namespace volumeviz
