#pragma once

#include "actors/platform/slot.hpp"
#include "messages/type_ids.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <utility>

#if defined(__SANITIZE_THREAD__)
#define VOLUMEVIZ_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VOLUMEVIZ_TSAN 1
#endif
#endif
#ifdef VOLUMEVIZ_TSAN
extern "C" void __tsan_acquire(void*);
extern "C" void __tsan_release(void*);
#endif

namespace volumeviz {

namespace detail {

// Debian's libcaf is not instrumented, so the thread sanitizer can't see that a mailbox orders its
// two sides.
inline void happens_before([[maybe_unused]] const void* x) {
#ifdef VOLUMEVIZ_TSAN
  __tsan_release(const_cast<void*>(x));
#endif
}
inline void happens_after([[maybe_unused]] const void* x) {
#ifdef VOLUMEVIZ_TSAN
  __tsan_acquire(const_cast<void*>(x));
#endif
}

/// A message on its way through a mailbox. Its destructor is the one place where its slot is given
/// back: after the handler, when a dying actor flushes its mailbox, or when a closed mailbox
/// rejects it.
class tracked_element final : public caf::mailbox_element {
public:
  tracked_element(caf::mailbox_element_ptr inner, slot_ptr slot, bool bounded)
      : caf::mailbox_element(std::move(inner->sender), inner->mid, std::move(inner->stages)),
        inner_(std::move(inner)), slot_(std::move(slot)), bounded_(bounded) {
    ++slot_->mailbox;
    happens_before(this);
  }
  ~tracked_element() override {
    happens_after(this);
    // What the handler did is known to the actor's next run, wherever that is. Later would be too
    // late: once the last message is consumed the actor may run on another thread.
    happens_before(slot_.get());
    ++slot_->handled;
    --slot_->mailbox;
    if (bounded_)
      slot_->limit->leave();
  }
  tracked_element(const tracked_element&) = delete;
  tracked_element& operator=(const tracked_element&) = delete;

  caf::type_erased_tuple& content() override {
    happens_after(this);
    return inner_->content();
  }
  const caf::type_erased_tuple& content() const override {
    return const_cast<const caf::mailbox_element&>(*inner_).content();
  }
  caf::message move_content_to_message() override { return inner_->move_content_to_message(); }
  caf::message copy_content_to_message() const override {
    return inner_->copy_content_to_message();
  }

private:
  caf::mailbox_element_ptr inner_;
  slot_ptr slot_;
  bool bounded_;
};

} // namespace detail

/// The mailbox limit, and the numbers of an actor. CAF 0.17 has no mailbox limit, but every way
/// into a mailbox (send, request, delayed send, remote senders) leads through enqueue(): an event
/// is admitted only while the shared count is below the limit. Everything else passes: responses,
/// exits, downs, timeouts and control messages are what an actor needs to live. A refused event is
/// counted, and tells the actor once, by `atom::overflow`, that it has missed some. The same goes
/// for what agents send to a hub; there it is the sender that is told, by an answer.
template <class Base>
class instrumented : public Base {
public:
  instrumented(caf::actor_config& config, slot_ptr slot) : Base(config), slot_(std::move(slot)) {}

  using caf::abstract_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override {
    detail::happens_after(this); // whoever has the address may use it
    auto bounded = slot_->limit && is_bounded(*element);
    if (bounded && !slot_->limit->enter()) {
      refuse(*element, unit);
      return;
    }
    if (bounded)
      ++slot_->admitted;
    put(std::move(element), bounded, unit);
  }

  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t throughput) override {
    taken_over();
    // After Base::resume the actor may already run on another thread, or be gone: only the slot may
    // be touched.
    auto slot = slot_;
    auto began = std::chrono::steady_clock::now();
    auto result = Base::resume(unit, throughput);
    slot->busy_ns += static_cast<std::uint64_t>((std::chrono::steady_clock::now() - began).count());
    return result;
  }

  actor_slot& slot() noexcept { return *slot_; }

protected:
  /// The thread that made the actor, or has run a part of it outside of a message, is done with it.
  void handed_over() const {
    detail::happens_before(this);
    detail::happens_before(slot_.get());
  }
  /// This thread goes on where another has handed over.
  void taken_over() const {
    detail::happens_after(this);
    detail::happens_after(slot_.get());
  }

private:
  static bool is_bounded(const caf::mailbox_element& element) {
    return element.content().template match_elements<docker_event>()
           || element.content().template match_elements<link_chunk>();
  }
  void refuse(const caf::mailbox_element& element, caf::execution_unit* unit) {
    ++slot_->dropped;
    if (element.mid.is_request() && element.sender) {
      write_answer full{.ok = false, .why = {ec::queue_full, "the queue is full"}, .summary = {}};
      element.sender->enqueue(this->ctrl(), element.mid.response_id(),
                              caf::make_message(std::move(full)), unit);
      return;
    }
    if (!slot_->overflow.exchange(true))
      put(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, atom::overflow_v), false,
          unit);
  }
  void put(caf::mailbox_element_ptr element, bool bounded, caf::execution_unit* unit) {
    element.reset(new detail::tracked_element(std::move(element), slot_, bounded));
    detail::happens_before(slot_.get());
    Base::enqueue(std::move(element), unit);
  }

  slot_ptr slot_;
};

} // namespace volumeviz
