#include "commands/signals.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::commands {

process_signals::process_signals() {
  sigemptyset(&set_);
  for (auto x : {SIGTERM, SIGINT, SIGHUP, SIGUSR1})
    sigaddset(&set_, x);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  caught_ = signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK);
  if (caught_ < 0)
    throw std::system_error{errno, std::generic_category(), "couldn't watch for signals"};
}

process_signals::~process_signals() {
  close(caught_);
}

std::optional<int> process_signals::wait(std::chrono::milliseconds limit, int or_readable) const {
  std::array<pollfd, 2> both{{{caught_, POLLIN, 0}, {or_readable, POLLIN, 0}}};
  poll(both.data(), both.size(), static_cast<int>(limit.count()));
  signalfd_siginfo signal{};
  if (read(caught_, &signal, sizeof signal) != sizeof signal)
    return {};
  return static_cast<int>(signal.ssi_signo);
}

void process_signals::end_wait() const {
  pthread_kill(waiting_, SIGUSR1);
}

} // namespace volumeviz::commands
