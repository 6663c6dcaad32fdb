// Other agents at the hub's gate: one of the same name that watches another daemon, one that names
// another host than its own, one that has found the agent's session.

#include "tests/simulation/fleet.hpp"

#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

constexpr auto question_limit = 3s;

void ignore(const caf::error&) {
}

link_chunk stray_chunk(std::string token, const std::string& host) {
  return {.token = std::move(token),
          .seq = 1'000'000,
          .index = 0,
          .last = true,
          .part = stray_batch(host)};
}

} // namespace

change_batch stray_batch(const std::string& host) {
  change_batch batch;
  batch.host = host;
  batch.volumes.present.emplace_back().name = "stray";
  batch.volumes.complete = batch.volumes.confirmed = true;
  return batch;
}

void fleet::intrude(unsigned what) {
  if (!hub_up_)
    return;
  const auto reported = reports_for_certain();
  agent_hello hello{.host = what == 0 ? "h" : "b",
                    .program_version = "1.0",
                    .engine_id = "another",
                    .incarnation = 1'000'000 + ++strangers_,
                    .acked = 0};
  if (what == 0 && how_.admits_a_second_agent)
    hello.incarnation = agents_;
  if (what == 2) {
    write_into_the_session();
    return;
  }
  say_hello(std::move(hello), [this, what, reported, before = disturbances_](
                                  const link_welcome& welcome, hub_session_actor session) {
    // It may be admitted when the first is away, or may be. Then it leaves at once.
    if (what == 0 && (!reported || before != disturbances_))
      return;
    around_.tell("a second agent was admitted");
    spawn([=, chunk = stray_chunk(welcome.token, "h")](caf::event_based_actor* self) {
      self->request(session, question_limit, chunk).then([](const write_answer&) {}, ignore);
    });
  });
}

void fleet::spawn(std::function<void(caf::event_based_actor*)> stranger) {
  auto made = runs_.caf().spawn(
      [stranger = std::move(stranger)](caf::event_based_actor* self) { stranger(self); });
  runs_.keep(caf::actor_cast<caf::strong_actor_ptr>(made));
}

void fleet::say_hello(agent_hello hello,
                      std::function<void(const link_welcome&, hub_session_actor)> then) {
  spawn([=, gate = hub_.gate](caf::event_based_actor* self) {
    self->request(gate, question_limit, hello)
        .then(
            [=](const link_welcome& welcome, const caf::strong_actor_ptr& session) {
              then(welcome, caf::actor_cast<hub_session_actor>(session));
              // The session lives until the agent quits.
              self->delayed_send(self, 200ms, atom::stop_v);
              self->become([self](atom::stop) { self->quit(); });
            },
            ignore);
  });
}

void fleet::write_into_the_session() {
  if (!session_)
    return;
  auto chunk = stray_chunk(how_.any_token ? welcome_.token : "guessed", "h");
  spawn([=, session = session_](caf::event_based_actor* self) {
    self->request(session, question_limit, chunk).then([](const write_answer&) {}, ignore);
  });
}

/// The hub has heard of the agent lately, and nothing has happened since that might have ended it.
bool fleet::reports_for_certain() const {
  const auto now = runs_.now();
  return hub_up_ && link_ && link_->whole() && session_ && now - disturbed_at_ > 10s
         && link_->heartbeat_sent && now - *link_->heartbeat_sent < 3s;
}

} // namespace volumeviz::simulation
