#include "http/event_parser.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace volumeviz::http {

namespace {

// A change has two rows at most, of which a page of the list has megabytes.
constexpr std::size_t longest_line = std::size_t{64} << 20;

} // namespace

bool event_parser::parse(std::string_view text,
                         const std::function<bool(const stream_event&)>& take) {
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    line_ += text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line_.ends_with('\r'))
      line_.pop_back();
    const auto line = std::exchange(line_, {});
    if (!line.empty())
      read_line(line);
    else if (!end_block(take))
      return false;
  }
  line_ += text;
  return line_.size() < longest_line;
}

void event_parser::begin_stream() {
  line_.clear();
  id_.clear();
  event_ = {};
}

void event_parser::read_line(std::string_view line) {
  const auto name = line.substr(0, line.find(':'));
  auto value = line.substr(std::min(line.size(), name.size() + 1));
  if (value.starts_with(' '))
    value.remove_prefix(1);
  if (name == "id")
    id_ = value;
  else if (name == "event")
    event_.name = value;
  else if (name == "data")
    event_.data.append(event_.data.empty() ? "" : "\n").append(value);
}

/// The cursor counts when its event was taken: else a reader that ends in between would miss it.
bool event_parser::end_block(const std::function<bool(const stream_event&)>& take) {
  const auto event = std::exchange(event_, {});
  if (!event.data.empty() && !take(event))
    return false;
  if (!id_.empty())
    last_id_ = std::exchange(id_, {});
  return true;
}

} // namespace volumeviz::http
