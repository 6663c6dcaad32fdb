#pragma once

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>

namespace volumeviz::config {

/// Writes lines to a descriptor. When that is a full pipe it waits for room, until give_up_at().
/// Runs on the log's own thread only.
class patient_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  /// `lost` counts the lines that never reached this sink. When it has grown, a line says by how
  /// much.
  patient_sink(int descriptor, std::function<std::size_t()> lost)
      : descriptor_{descriptor}, lost_{std::move(lost)} {}

  /// Thread-safe. Lines that find no room until then are dropped.
  void give_up_at(std::chrono::steady_clock::time_point when) noexcept {
    give_up_at_ = when.time_since_epoch().count();
  }

private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
  void write_line(std::string_view line);
  bool await_room() const;
  void report_losses();

  using ticks = std::chrono::steady_clock::rep;
  int descriptor_;
  std::function<std::size_t()> lost_;
  std::size_t reported_ = 0;
  std::atomic<ticks> give_up_at_{
      std::chrono::steady_clock::time_point::max().time_since_epoch().count()};
};

} // namespace volumeviz::config
