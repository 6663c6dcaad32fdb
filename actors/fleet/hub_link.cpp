#include "actors/fleet/hub_link.hpp"

#include <chrono>
#include <utility>

namespace volumeviz {

namespace {

constexpr auto heartbeat_interval = std::chrono::seconds{2};

} // namespace

hub_link::hub_link(interface::pointer self, context_ptr context, hub_link_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)),
      client_(self, context_, parts_,
              {.connected = [this](const auto& session,
                                   const auto& welcome) { connected(session, welcome); },
               .disconnected = [this](const auto& why) { disconnected(why); },
               .heartbeat_answered = [this] { report_up(); }}),
      sender_(self, context_, parts_, [this](const auto& why) { store_locked(why); }) {
}

hub_link::interface::behavior_type hub_link::make_behavior() {
  self_->set_down_handler([this](const caf::down_msg& down) { client_.actor_ended(down); });
  self_->send<caf::message_priority::high>(self_, atom::dial_v);
  self_->delayed_send<caf::message_priority::high>(self_, heartbeat_interval,
                                                   atom::heartbeat_due_v);
  return {
      [this](change_batch& batch) {
        client_.learn_engine(batch.facts);
        return sender_.take(batch);
      },
      [](atom::release, const std::string&) {}, // the hub has locks of its own
      [](atom::write_due) {},
      [](atom::ping_due) {},
      [](atom::stop) { return true; },
      [this](atom::dial) { client_.connect(); },
      [this](atom::dial, std::uint64_t seq) { sender_.send_chunk(seq); },
      [this](atom::heartbeat_due) {
        self_->delayed_send<caf::message_priority::high>(self_, heartbeat_interval,
                                                         atom::heartbeat_due_v);
        client_.send_heartbeat();
      },
  };
}

void hub_link::connected(const hub_session_actor& session, const link_welcome& welcome) {
  report_up();
  sender_.connected(session, welcome.token);
  wake_handlers(welcome.snapshot);
}

void hub_link::disconnected(const failure& why) {
  report({.up = false, .standby = false, .why = why, .batches = 0, .seconds = 0});
  sender_.disconnected(why);
}

/// The hub answers, but another writer may have the host's lock. Empty: none has.
void hub_link::store_locked(const failure& why) {
  const auto before = std::exchange(locked_out_, why);
  if (before.text.empty() != why.text.empty())
    report_up();
}

void hub_link::report_up() {
  const auto standby = !locked_out_.text.empty();
  report({.up = true, .standby = standby, .why = locked_out_, .batches = 0, .seconds = 0});
}

void hub_link::report(store_report&& current) {
  self_->send(context_->handles.metrics, current);
  self_->send(context_->handles.health, std::move(current));
}

void hub_link::wake_handlers(bool snapshot) {
  for (const auto& handler : {context_->handles.volumes, context_->handles.containers}) {
    if (!handler)
      continue;
    if (snapshot)
      self_->send(handler, atom::reconcile_v, list_reason::lost_rows, std::uint64_t{0});
    self_->send(handler, atom::wake_v);
  }
}

} // namespace volumeviz
