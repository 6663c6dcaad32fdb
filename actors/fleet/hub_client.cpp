#include "actors/fleet/hub_client.hpp"

#include "actors/fleet/error_text.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// The spread keeps a thousand agents from reconnecting in the same second. No agent waits longer
// than a person would.
constexpr auto connect_min = 200ms;
constexpr auto connect_max = 3s;

constexpr auto step_limit = 3s;
constexpr auto health_limit = 1s;
constexpr auto heartbeat_limit = 5s;

constexpr std::size_t reason_bytes_max = 4096;

std::string reason_of(const caf::actor_system& system, const caf::error& why) {
  if (why == caf::sec::request_timeout)
    return "no answer in time";
  return text_of(system, why);
}

link_heartbeat describe(const health_report& health) {
  link_heartbeat heartbeat{.token = {},
                           .engine_id = {},
                           .engine_version = {},
                           .connected = health.events.connected,
                           .status = health.status,
                           .queue_size = health.events.queue_size,
                           .reasons = health.events.reasons};
  if (health.events.verified_at != never)
    heartbeat.verified_ago_ms =
        std::max<timestamp>(health.now - health.events.verified_at, 0) / 1'000'000;
  for (const auto& check : health.checks)
    heartbeat.reasons.insert(heartbeat.reasons.end(), check.reasons.begin(), check.reasons.end());
  return heartbeat;
}

} // namespace

hub_client::hub_client(hub_link_actor::pointer self, context_ptr context,
                       const hub_link_parts& parts, callbacks on)
    : self_(self), context_(std::move(context)), parts_(parts), on_(std::move(on)),
      waits_(connect_min, connect_max, context_->seed),
      trouble_(context_->log, "reaching the hub at " + text::to_string(parts.hub)) {
}

void hub_client::connect() {
  const auto n = ++attempt_;
  self_
      ->request(parts_.connector, step_limit, caf::connect_atom_v, parts_.hub.host, parts_.hub.port)
      .then(
          [this, n](const caf::node_id&, const caf::strong_actor_ptr& gate,
                    const std::set<std::string>& messages) {
            if (n == attempt_)
              say_hello(gate, messages);
          },
          [this, n](const caf::error& why) { step_failed(n, "connecting", why); });
}

void hub_client::say_hello(const caf::strong_actor_ptr& gate,
                           const std::set<std::string>& messages) {
  auto& system = self_->system();
  if (!gate || !system.assignable(messages, system.message_types<hub_gate_actor>())) {
    lost("the peer at that address is not a volumeviz-events hub");
    return;
  }
  auto hub = caf::actor_cast<hub_gate_actor>(gate);
  self_
      ->request(hub, step_limit, atom::hello_v, link_protocol, context_->host,
                parts_.program_version)
      .then(
          [this, n = attempt_, hub](std::uint32_t, const std::string&, const std::string& refused) {
            if (n == attempt_)
              introduce(hub, refused);
          },
          [this, n = attempt_](const caf::error& why) { step_failed(n, "saying hello", why); });
}

void hub_client::introduce(const hub_gate_actor& gate, const std::string& refused) {
  if (!refused.empty()) {
    lost("the hub refuses this agent: " + refused);
    return;
  }
  agent_hello hello{.host = context_->host,
                    .program_version = parts_.program_version,
                    .engine_id = engine_.engine_id,
                    .incarnation = parts_.incarnation,
                    .acked = *parts_.acked};
  self_->request(gate, step_limit, std::move(hello))
      .then(
          [this, n = attempt_](const link_welcome& welcome, const caf::strong_actor_ptr& session) {
            if (n == attempt_)
              admitted(welcome, session);
          },
          [this, n = attempt_](const caf::error& why) {
            step_failed(n, "the hub refuses this agent", why);
          });
}

void hub_client::admitted(const link_welcome& welcome, const caf::strong_actor_ptr& session) {
  session_ = caf::actor_cast<hub_session_actor>(session);
  token_ = welcome.token;
  self_->monitor(session_);
  trouble_.worked();
  waits_.reset();
  context_->log->info("connected to the hub at {}{}", text::to_string(parts_.hub),
                      welcome.snapshot ? "; it asks for a complete list of both kinds" : "");
  context_->numbers->hub.connected.set(true);
  on_.connected(session_, welcome);
  send_heartbeat();
}

void hub_client::actor_ended(const caf::down_msg& down) {
  if (session_ && down.source == session_.address())
    lost("the connection broke (" + self_->system().render(down.reason) + ")");
}

void hub_client::step_failed(std::uint64_t attempt, const char* what, const caf::error& why) {
  if (attempt == attempt_)
    lost(fmt::format("{}: {}", what, reason_of(self_->system(), why)));
}

void hub_client::lost(std::string why) {
  ++attempt_;
  text::make_one_line(why, reason_bytes_max); // parts of it may be from the hub
  trouble_.failed(why);
  if (session_)
    self_->demonitor(session_.address());
  session_ = nullptr;
  token_.clear();
  context_->numbers->hub.connected.set(false);
  on_.disconnected({ec::store_unreachable, fmt::format("the hub at {} is not reachable: {}",
                                                       text::to_string(parts_.hub), why)});
  context_->numbers->hub.redials.add();
  self_->delayed_send<caf::message_priority::high>(self_, waits_.next(), atom::dial_v);
}

void hub_client::learn_engine(const host_facts& facts) {
  if (!facts.engine_id.empty())
    engine_ = facts;
}

void hub_client::send_heartbeat() {
  if (!session_)
    return;
  self_->request(context_->handles.health, health_limit, atom::health_v)
      .then([this](const health_report& health) { send_heartbeat(health); },
            [this](const caf::error&) {
              send_heartbeat(
                  {.status = health_status::unhealthy,
                   .now = never,
                   .checks = {},
                   .events = {.reasons = {"the agent's health reporter does not answer"}}});
            });
}

void hub_client::send_heartbeat(const health_report& health) {
  if (!session_)
    return;
  auto heartbeat = describe(health);
  heartbeat.token = token_;
  heartbeat.engine_id = engine_.engine_id;
  heartbeat.engine_version = engine_.engine_version;
  self_->request(session_, heartbeat_limit, std::move(heartbeat))
      .then(
          [this, n = attempt_](bool) {
            if (n == attempt_)
              on_.heartbeat_answered();
          },
          [this, n = attempt_](const caf::error& why) {
            step_failed(n, "sending a heartbeat", why);
          });
}

} // namespace volumeviz
