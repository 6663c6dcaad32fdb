#pragma once

#include "actors/platform/instrumented.hpp"

#include <caf/all.hpp>
#include <caf/scoped_execution_unit.hpp>

#include <utility>

namespace volumeviz {

/// Asks an actor from an ordinary thread, and waits for the answer. For one question: CAF keeps a
/// timeout message for each question of an asker that is used again. It does what
/// caf::scoped_actor does, and tells the thread sanitizer that an answer orders the two sides.
class asker {
public:
  explicit asker(caf::actor_system& system) : context_(&system) {
    caf::actor_config config{&context_};
    self_ = caf::make_actor<receiver, caf::strong_actor_ptr>(system.next_actor_id(), system.node(),
                                                             &system, config);
  }
  ~asker() { self()->cleanup(caf::exit_reason::normal, &context_); }
  asker(const asker&) = delete;
  asker& operator=(const asker&) = delete;

  /// The answer, or an error after `limit` at the latest. Must not be called inside an actor.
  template <class Answer, class Handle, class... Message>
  caf::expected<Answer> ask(const Handle& actor, caf::timespan limit, Message&&... message) {
    caf::expected<Answer> answer{caf::sec::request_timeout};
    self()
        ->request(actor, limit, std::forward<Message>(message)...)
        .receive(
            [&](Answer& x) {
              detail::happens_after(self());
              answer = std::move(x);
            },
            [&](caf::error& why) {
              detail::happens_after(self());
              answer = std::move(why);
            });
    return answer;
  }

private:
  class receiver final : public caf::blocking_actor {
  public:
    using caf::abstract_actor::enqueue;
    using caf::blocking_actor::blocking_actor;
    void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override {
      detail::happens_before(this);
      caf::blocking_actor::enqueue(std::move(element), unit);
    }
    void act() override {}
  };

  receiver* self() const {
    return static_cast<receiver*>(caf::actor_cast<caf::abstract_actor*>(self_));
  }

  caf::scoped_execution_unit context_;
  caf::strong_actor_ptr self_;
};

} // namespace volumeviz
