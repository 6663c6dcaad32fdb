#include "config/patient_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <string_view>
#include <unistd.h>

namespace volumeviz::config {

void patient_sink::sink_it_(const spdlog::details::log_msg& message) {
  report_losses();
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  write_line({line.data(), line.size()});
}

void patient_sink::write_line(std::string_view line) {
  while (!line.empty()) {
    if (!await_room())
      return;
    // poll() reports a pipe as writable when PIPE_BUF bytes fit; writing more could block.
    const auto written =
        ::write(descriptor_, line.data(), std::min<std::size_t>(line.size(), PIPE_BUF));
    if (written > 0)
      line.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR && errno != EAGAIN)
      return;
  }
}

bool patient_sink::await_room() const {
  static constexpr int step_ms = 50; // give_up_at() takes effect within this time
  for (;;) {
    const bool over = std::chrono::steady_clock::now().time_since_epoch().count() >= give_up_at_;
    pollfd wanted{descriptor_, POLLOUT, 0};
    if (::poll(&wanted, 1, over ? 0 : step_ms) > 0)
      return true;
    if (over)
      return false;
  }
}

void patient_sink::report_losses() {
  const auto lost = lost_();
  if (lost == reported_)
    return;
  const auto text = "dropped log lines, since nothing read them fast enough: lost="
                    + std::to_string(lost - reported_);
  reported_ = lost;
  spdlog::memory_buf_t line;
  formatter_->format({"", spdlog::level::warn, text}, line);
  write_line({line.data(), line.size()});
}

} // namespace volumeviz::config
