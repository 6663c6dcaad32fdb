#include "wire/event_loop.hpp"

#include <csignal>
#include <pthread.h>

namespace volumeviz::wire {

namespace {

/// The main thread handles all signals.
void block_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

event_loop::event_loop()
    : thread_([this] {
        block_signals();
        context_.run();
      }) {
}

event_loop::~event_loop() {
  stop();
}

void event_loop::stop() {
  context_.stop();
  if (thread_.joinable())
    thread_.join();
}

} // namespace volumeviz::wire
