#include "wire/frame_stream.hpp"

#include <algorithm>

namespace volumeviz::wire {

namespace {

/// Moves up to `most` bytes from the front of `from` to the end of `to`.
std::size_t move_bytes(bytes& from, std::vector<std::byte>& to, std::size_t most) {
  const auto part = from.first(std::min(most, from.size()));
  to.insert(to.end(), part.begin(), part.end());
  from = from.subspan(part.size());
  return part.size();
}

} // namespace

tl::expected<void, complaint> received_stream::take(bytes from, std::vector<std::byte>& through,
                                                    std::vector<frame_header>& seen) {
  while (!from.empty()) {
    if (!header_read_) {
      move_bytes(from, frame_, header_size - frame_.size());
      if (frame_.size() < header_size)
        return {};
      const auto header = read_header(frame_);
      if (!header)
        return refuse(violation::header, "bytes that are not a frame of BASP");
      if (auto allowed = filter_.header(*header); !allowed)
        return tl::unexpected{allowed.error()};
      header_ = *header;
      header_read_ = true;
    }
    move_bytes(from, frame_, header_size + header_.payload_size - frame_.size());
    if (frame_.size() < header_size + header_.payload_size)
      return {};
    if (auto done = complete(through, seen); !done)
      return done;
  }
  return {};
}

tl::expected<void, complaint> received_stream::complete(std::vector<std::byte>& through,
                                                        std::vector<frame_header>& seen) {
  const auto allowed = filter_.frame(header_, bytes{frame_}.subspan(header_size));
  if (!allowed)
    return tl::unexpected{allowed.error()};
  if (*allowed == passage::forward)
    through.insert(through.end(), frame_.begin(), frame_.end());
  seen.push_back(header_);
  // Frees the memory of a long frame; the connection may last for weeks.
  if (frame_.capacity() > 64 * 1024)
    frame_ = {};
  frame_.clear();
  header_read_ = false;
  return {};
}

sent_stream::outcome sent_stream::take(bytes from, std::vector<std::byte>& through) {
  outcome result;
  while (!from.empty()) {
    if (payload_left_ > 0) {
      const auto part = from.first(std::min(payload_left_, from.size()));
      if (!dropping_)
        through.insert(through.end(), part.begin(), part.end());
      payload_left_ -= part.size();
      from = from.subspan(part.size());
      continue;
    }
    move_bytes(from, header_, header_size - header_.size());
    if (header_.size() < header_size)
      break;
    const auto header = read_header(header_);
    if (!header)
      return {.sound = false, .answered = result.answered};
    dropping_ = filter_.sent(*header) == passage::drop;
    if (!dropping_)
      through.insert(through.end(), header_.begin(), header_.end());
    result.answered |= header->what == operation::direct_message && is_response(header->data);
    payload_left_ = header->payload_size;
    header_.clear();
  }
  return result;
}

} // namespace volumeviz::wire
