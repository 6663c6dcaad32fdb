#pragma once

#include "wire/asio.hpp"

#include <thread>

namespace volumeviz::wire {

/// One thread that does all network I/O of a front. It sleeps while nothing happens.
class event_loop {
public:
  event_loop();
  /// Ends the thread; what it was doing is dropped.
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  asio::io_context& context() noexcept { return context_; }
  /// Ends the thread now, in place of the destructor: nothing runs in it afterwards.
  void stop();

private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = make_work_guard(context_);
  std::thread thread_;
};

} // namespace volumeviz::wire
