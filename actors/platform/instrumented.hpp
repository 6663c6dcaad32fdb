#pragma once

#include "actors/platform/error_text.hpp"
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

/// A message on its way through a mailbox. Its destructor is the one place that counts it out:
/// after the handler, when a dying actor flushes its mailbox, or when a closed mailbox rejects it.
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
    // Publishes what the handler did to the actor's next run. Doing it later would be too late: as
    // soon as the last message is consumed, the actor may run on another thread.
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

/// What every actor of this program has in common: a mailbox limit, counters, and its end by an
/// exception.
///
/// CAF 0.17 has no mailbox limit, but every message enters a mailbox through enqueue(): send,
/// request, delayed send and remote senders. A bounded message is admitted only while the count
/// that several mailboxes share is below their limit. All other messages pass, since an actor needs
/// them to work: responses, exits, downs, timeouts and control messages. A refused event is
/// counted, and the actor gets one atom::overflow. The sender of a refused link_chunk gets an
/// answer instead.
///
/// An exception that leaves a handler ends the actor. It is logged here, for every actor. Its text
/// becomes the error that the supervisor sees and that CAF answers the current request with. (CAF's
/// own exception handler prints to standard output, and its error has no text.)
template <class Base>
class instrumented : public Base {
public:
  instrumented(caf::actor_config& config, slot_ptr slot) : Base(config), slot_(std::move(slot)) {
    this->set_exception_handler(
        [this](caf::scheduled_actor*, std::exception_ptr& thrown) { return died_of(thrown); });
  }

  using caf::abstract_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override {
    detail::happens_after(this); // the sender got the address from another thread
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
    // After Base::resume the actor may already run on another thread, or be destroyed. Only the
    // slot may be used then.
    auto slot = slot_;
    auto began = std::chrono::steady_clock::now();
    auto result = Base::resume(unit, throughput);
    slot->busy_ns += static_cast<std::uint64_t>((std::chrono::steady_clock::now() - began).count());
    return result;
  }

  actor_slot& slot() noexcept { return *slot_; }

protected:
  /// This thread made the actor, or ran a part of it outside of a message, and is done with it.
  void handed_over() const {
    detail::happens_before(this);
    detail::happens_before(slot_.get());
  }
  /// This thread continues where another one has called handed_over().
  void taken_over() const {
    detail::happens_after(this);
    detail::happens_after(slot_.get());
  }

private:
  caf::error died_of(const std::exception_ptr& thrown) {
    auto text = text_of(thrown);
    if (slot_->log)
      slot_->log->error("actor={} ends because of an exception: {}", slot_->name, text);
    return caf::make_error(caf::sec::runtime_error, std::move(text));
  }
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
