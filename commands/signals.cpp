#include "commands/signals.hpp"

namespace volumeviz::commands {

process_signals::process_signals() {
  sigemptyset(&set_);
  for (auto x : {SIGTERM, SIGINT, SIGHUP, SIGUSR1})
    sigaddset(&set_, x);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

std::optional<int> process_signals::wait(std::chrono::milliseconds limit) const {
  timespec t{.tv_sec = limit.count() / 1000, .tv_nsec = limit.count() % 1000 * 1'000'000};
  auto caught = sigtimedwait(&set_, nullptr, &t);
  return caught > 0 ? std::optional{caught} : std::nullopt;
}

void process_signals::end_wait() const {
  pthread_kill(waiting_, SIGUSR1);
}

} // namespace volumeviz::commands
