#include "config/logging.hpp"

#include "config/log_line.hpp"
#include "config/patient_sink.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>

#include <csignal>
#include <unistd.h>

namespace volumeviz::config {

namespace {

// Enough for the busiest second at `debug`; about 0.7 MB.
constexpr std::size_t longest_queue = 2048;
constexpr std::chrono::milliseconds final_flush_limit{900};

/// The main thread takes all signals.
void block_all_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

struct log_output::implementation {
  std::shared_ptr<spdlog::details::thread_pool> thread =
      std::make_shared<spdlog::details::thread_pool>(longest_queue, 1, block_all_signals);
  // A plain pointer: the sink runs on the pool's own thread, where an owning pointer could be the
  // last one and destroy the pool.
  std::shared_ptr<patient_sink> sink = std::make_shared<patient_sink>(
      STDERR_FILENO, [pool = thread.get()] { return pool->overrun_counter(); });
};

log_output::log_output(const settings& from) : impl_{std::make_unique<implementation>()} {
  impl_->sink->set_formatter(std::make_unique<log_line>(from.format));
  logger_ = std::make_shared<spdlog::async_logger>("volumeviz", impl_->sink, impl_->thread,
                                                   spdlog::async_overflow_policy::overrun_oldest);
  logger_->set_level(spdlog::level::from_str(from.log_level));
  // The default handler writes to standard error, and could block.
  logger_->set_error_handler([](const std::string&) {});
}

log_output::~log_output() {
  // The thread first writes what is in its queue. Off, since other threads may still hold the
  // logger, which throws without the pool.
  logger_->set_level(spdlog::level::off);
  impl_->sink->give_up_at(std::chrono::steady_clock::now() + final_flush_limit);
  impl_->thread.reset();
}

} // namespace volumeviz::config
