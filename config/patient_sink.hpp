#pragma once

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>

namespace volumeviz::config {

/// Writes lines to a descriptor that may be a pipe nobody reads: it waits for room, but not beyond
/// give_up_at(). Runs on the log's own thread only.
class patient_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  /// `lost` counts the lines that never reached this sink; when it has grown, the next line says by
  /// how much.
  patient_sink(int descriptor, std::function<std::size_t()> lost)
      : descriptor_{descriptor}, lost_{std::move(lost)} {}

  /// From any thread: lines that find no room until then are thrown away and counted.
  void give_up_at(std::chrono::steady_clock::time_point when) noexcept {
    give_up_at_ = when.time_since_epoch().count();
  }
  std::size_t thrown_away() const noexcept { return thrown_away_; }

private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
  bool write_line(std::string_view line);
  bool await_room() const;
  void tell_losses();

  using ticks = std::chrono::steady_clock::rep;
  int descriptor_;
  std::function<std::size_t()> lost_;
  std::size_t told_ = 0;
  std::atomic<std::size_t> thrown_away_{0};
  std::atomic<ticks> give_up_at_{
      std::chrono::steady_clock::time_point::max().time_since_epoch().count()};
};

} // namespace volumeviz::config
