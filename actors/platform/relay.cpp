#include "actors/platform/relay.hpp"

#include "messages/docker_event.hpp"

namespace volumeviz {

namespace {

class relay final : public caf::monitorable_actor {
public:
  relay(caf::actor_config& config, std::shared_ptr<route> to)
      : caf::monitorable_actor(config), route_(std::move(to)) {}

  using caf::abstract_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override {
    if (auto target = route_->target()) {
      target->enqueue(std::move(element), unit);
      return;
    }
    if (route_->slot().limit && element->content().match_elements<docker_event>())
      ++route_->slot().dropped;
    if (element->mid.is_request() && element->sender)
      element->sender->enqueue(nullptr, element->mid.response_id(),
                               caf::make_message(caf::make_error(caf::sec::request_receiver_down)),
                               unit);
  }

private:
  std::shared_ptr<route> route_;
};

} // namespace

void route::lead_to(caf::strong_actor_ptr target) {
  std::lock_guard lock(mutex_);
  target_ = std::move(target);
}

caf::strong_actor_ptr route::target() const {
  std::lock_guard lock(mutex_);
  return target_;
}

caf::actor make_relay(caf::actor_system& system, std::shared_ptr<route> to) {
  caf::actor_config config;
  return caf::make_actor<relay, caf::actor>(system.next_actor_id(), system.node(), &system, config,
                                            std::move(to));
}

} // namespace volumeviz
