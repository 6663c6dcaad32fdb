#include "docker/line_reader.hpp"

namespace volumeviz::docker {

namespace {

// A buffer that once held a line of megabytes is not kept for lines of 400 bytes.
constexpr std::size_t kept_capacity = 64 * 1024;

void emit(std::string_view line, const line_reader::on_line& sink) {
  if (!line.empty() && line.front() == '\x1e')
    line.remove_prefix(1);
  if (!line.empty() && line.back() == '\r')
    line.remove_suffix(1);
  if (!line.empty())
    sink(line);
}

} // namespace

void line_reader::feed(std::string_view bytes, const on_line& line, const on_too_long& too_long) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const bool ends = end != std::string_view::npos;
    const auto chunk = bytes.substr(0, end);
    bytes.remove_prefix(ends ? end + 1 : bytes.size());
    if (!skipping_ && partial_.size() + chunk.size() > limit_) {
      skipping_ = true;
      std::string{}.swap(partial_);
      too_long(limit_);
    }
    if (skipping_) {
      skipping_ = !ends;
      continue;
    }
    if (!ends) {
      partial_.append(chunk);
      continue;
    }
    if (partial_.empty()) {
      emit(chunk, line);
      continue;
    }
    partial_.append(chunk);
    emit(partial_, line);
    partial_.clear();
    if (partial_.capacity() > kept_capacity)
      std::string{}.swap(partial_);
  }
}

} // namespace volumeviz::docker
