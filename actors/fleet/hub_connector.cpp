#include "actors/fleet/hub_connector.hpp"

#include "actors/fleet/error_text.hpp"
#include "actors/platform/shell.hpp"

#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>

#include <utility>

namespace volumeviz {

hub_connector::hub_connector(interface::pointer self, std::shared_ptr<wire::dialer> dialer)
    : self_(self), dialer_(std::move(dialer)) {
}

hub_connector::interface::behavior_type hub_connector::make_behavior() {
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (connection_ && down.source == caf::actor_cast<caf::actor_addr>(connection_->gate))
      connection_.reset();
  });
  return {
      [this](caf::connect_atom, const std::string& host, std::uint16_t port) {
        return connect(host, port);
      },
      [this](atom::dial, std::uint64_t attempt) { dialed(attempt); },
  };
}

hub_connector::answer hub_connector::connect(const std::string& host, std::uint16_t port) {
  if (connection_)
    return {connection_->node, connection_->gate, connection_->messages};
  waiting_.push_back(
      self_->make_response_promise<caf::node_id, caf::strong_actor_ptr, std::set<std::string>>());
  if (waiting_.size() == 1)
    dialer_->dial(
        host, port,
        [attempt = ++attempt_, to = inbox_, weak = self_->address()](wire::dialer::outcome what) {
          {
            const std::lock_guard lock(to->mutex);
            to->outcomes.emplace(attempt, std::move(what));
          }
          if (auto self = caf::actor_cast<caf::strong_actor_ptr>(weak))
            caf::anon_send(caf::actor_cast<caf::actor>(self), atom::dial_v, attempt);
        });
  return waiting_.back();
}

void hub_connector::dialed(std::uint64_t attempt) {
  auto found = [&] {
    const std::lock_guard lock(inbox_->mutex);
    return inbox_->outcomes.extract(attempt);
  }();
  if (found.empty())
    return;
  auto& [socket, why, end] = found.mapped();
  if (!socket.is_open()) {
    failed(why);
    return;
  }
  auto& middleman = self_->system().middleman();
  self_
      ->request(middleman.named_broker<caf::io::basp_broker>(caf::atom("BASP")), caf::infinite,
                caf::connect_atom_v, middleman.backend().new_scribe(socket.release()),
                std::uint16_t{0})
      .then(
          [this](caf::node_id& node, caf::strong_actor_ptr& gate, std::set<std::string>& messages) {
            connected({std::move(node), std::move(gate), std::move(messages)});
          },
          [this, end = end](const caf::error& error) {
            const auto reason = end->why();
            failed(reason.empty() ? text_of(self_->system(), error) : reason);
          });
}

void hub_connector::connected(connection&& x) {
  for (auto& each : std::exchange(waiting_, {}))
    each.deliver(x.node, x.gate, x.messages);
  if (!x.gate)
    return;
  self_->monitor(x.gate);
  connection_ = std::move(x);
}

void hub_connector::failed(const std::string& why) {
  for (auto& each : std::exchange(waiting_, {}))
    each.deliver(refusal(why));
}

connector_actor start_connector(caf::actor_system& system, std::shared_ptr<wire::dialer> dialer) {
  auto slot = std::make_shared<actor_slot>("hub_connector");
  return caf::actor_cast<connector_actor>(
      system.spawn<shell<hub_connector>, caf::hidden>(std::move(slot), std::move(dialer)));
}

} // namespace volumeviz
