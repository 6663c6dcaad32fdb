#include "sync/log_limit.hpp"

#include "text/utf8.hpp"

#include <utility>

namespace volumeviz::sync {

namespace {

constexpr std::size_t key_most = 300;

// No key of a caller begins with this.
const std::string other_lines("\0others", 7);

} // namespace

std::optional<std::uint64_t> log_limit::admit(std::string key, time_point now) {
  text::cut(key, key_most);
  if (!known_.contains(key) && known_.size() >= limits_.keys) {
    forget_expired(now);
    if (known_.size() >= limits_.keys)
      key = other_lines;
  }
  const auto [known, is_new] = known_.try_emplace(std::move(key), interval{.began = now});
  if (is_new)
    return 0;
  auto& last = known->second;
  if (now - last.began >= limits_.interval) {
    last.began = now;
    last.lines = 1;
  } else if (last.lines < limits_.lines) {
    ++last.lines;
  } else {
    ++last.suppressed;
    return std::nullopt;
  }
  return std::exchange(last.suppressed, 0);
}

/// A key with suppressed lines stays for one more interval, so that the next line can report them.
void log_limit::forget_expired(time_point now) {
  std::erase_if(known_, [&](const auto& x) {
    const auto age = now - x.second.began;
    return age >= (x.second.suppressed > 0 ? 2 : 1) * limits_.interval;
  });
}

std::string more_lines(std::uint64_t suppressed) {
  return suppressed == 0
             ? ""
             : " (" + std::to_string(suppressed) + " more of these since the last line)";
}

} // namespace volumeviz::sync
