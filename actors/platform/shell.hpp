#pragma once

#include "actors/platform/instrumented.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace volumeviz {

/// The actor around a state. `State` is an ordinary class with
///   using interface = some_actor;                        // the typed handle, see actors.hpp
///   State(interface::pointer self, Dependencies...);
///   interface::behavior_type make_behavior();            // one line per handler
/// The state lives from the first message to the last. An exception that leaves the state's code
/// ends the actor; see instrumented.
template <class State>
class shell final : public instrumented<typename State::interface::base> {
public:
  using super = instrumented<typename State::interface::base>;

  template <class... Dependencies>
  shell(caf::actor_config& config, slot_ptr slot, Dependencies... dependencies)
      : super(config, std::move(slot)), make_([this, ... xs = std::move(dependencies)] {
          return std::make_unique<State>(this, xs...);
        }) {
    // CAF's default handlers would print to standard output.
    this->set_default_handler(caf::drop);
    this->set_down_handler([](caf::scheduled_actor*, caf::down_msg&) {});
    // By default an error message ends its receiver, and every peer can send one.
    this->set_error_handler([](caf::scheduled_actor*, caf::error&) {});
    this->handed_over();
  }

  ~shell() override { this->taken_over(); }

  State& state() noexcept { return *state_; }

private:
  typename State::interface::behavior_type make_behavior() override {
    state_ = make_();
    auto behavior = state_->make_behavior();
    this->handed_over();
    return behavior;
  }
  void on_exit() override {
    state_.reset();
    this->handed_over();
  }

  std::function<std::unique_ptr<State>()> make_;
  std::unique_ptr<State> state_;
};

} // namespace volumeviz
