#include "runtime/waiting_work.hpp"

namespace volumeviz {

namespace {

thread_local waiting_work* work = nullptr;

} // namespace

void set_waiting_work(waiting_work* of_this_thread) noexcept {
  work = of_this_thread;
}

void about_to_block() noexcept {
  if (work != nullptr)
    work->hand_over();
}

} // namespace volumeviz
