#include "config/patient_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <string_view>
#include <unistd.h>

namespace volumeviz::config {

void patient_sink::sink_it_(const spdlog::details::log_msg& message) {
  tell_losses();
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (!write_line({line.data(), line.size()}))
    ++thrown_away_;
}

/// False when the line is not, or not wholly, out.
bool patient_sink::write_line(std::string_view line) {
  while (!line.empty()) {
    if (!await_room())
      return false;
    // A pipe is writable when PIPE_BUF bytes fit; more at once could block although poll() said
    // yes.
    const auto written =
        ::write(descriptor_, line.data(), std::min<std::size_t>(line.size(), PIPE_BUF));
    if (written > 0)
      line.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR && errno != EAGAIN)
      return false;
  }
  return true;
}

bool patient_sink::await_room() const {
  static constexpr int step_ms = 50; // how late a change of give_up_at may be seen
  for (;;) {
    const bool over = std::chrono::steady_clock::now().time_since_epoch().count() >= give_up_at_;
    pollfd wanted{descriptor_, POLLOUT, 0};
    if (::poll(&wanted, 1, over ? 0 : step_ms) > 0)
      return true;
    if (over)
      return false;
  }
}

void patient_sink::tell_losses() {
  const auto lost = lost_();
  if (lost == told_)
    return;
  const auto text =
      "log lines were lost, because nobody read fast enough: lost=" + std::to_string(lost - told_);
  told_ = lost;
  spdlog::memory_buf_t line;
  formatter_->format({"", spdlog::level::warn, text}, line);
  write_line({line.data(), line.size()});
}

} // namespace volumeviz::config
