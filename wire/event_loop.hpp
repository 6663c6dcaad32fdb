#pragma once

#include "wire/asio.hpp"

#include <thread>

namespace volumeviz::wire {

/// One thread for all network I/O of a front or dialer. It sleeps while nothing happens. An
/// exception that leaves a handler ends the process.
class event_loop {
public:
  event_loop();
  /// Ends the thread and drops its pending work.
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  asio::io_context& context() noexcept { return context_; }
  /// Ends the thread before the destructor does. No handler runs afterwards.
  void stop();

private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = make_work_guard(context_);
  std::thread thread_;
};

} // namespace volumeviz::wire
