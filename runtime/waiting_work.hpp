#pragma once

namespace volumeviz {

/// Work that this thread will do when its present task has ended. When the task blocks instead,
/// another thread should do it.
class waiting_work {
public:
  virtual void hand_over() noexcept = 0;

protected:
  ~waiting_work() = default;
};

/// Says where this thread's work waits; null: nowhere. It must stay valid until it is replaced.
void set_waiting_work(waiting_work* of_this_thread) noexcept;

/// Called before this thread waits for anything outside of the process. Each call with a deadline
/// does it (timed_action::start).
void about_to_block() noexcept;

} // namespace volumeviz
