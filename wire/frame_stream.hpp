#pragma once

#include "wire/frame.hpp"
#include "wire/frame_filter.hpp"
#include "wire/violation.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <vector>

namespace volumeviz::wire {

/// Cuts the bytes of a peer into frames and asks the filter about each. Allocates memory for bytes
/// that have arrived, not for the length that a header announces.
class received_stream {
public:
  /// `filter` must outlive it.
  explicit received_stream(frame_filter& filter) : filter_(filter) {}

  /// Takes the next bytes. Appends complete frames that may pass to `through`, and the headers of
  /// all complete frames, dropped ones included, to `seen`. When a frame is refused, the frames
  /// before it are still appended.
  tl::expected<void, complaint> take(bytes from, std::vector<std::byte>& through,
                                     std::vector<frame_header>& seen);

  /// How many bytes are allocated for the incomplete frame.
  std::size_t memory() const noexcept { return frame_.capacity(); }

private:
  tl::expected<void, complaint> complete(std::vector<std::byte>& through,
                                         std::vector<frame_header>& seen);

  frame_filter& filter_;
  std::vector<std::byte> frame_; ///< header and payload, as far as they have arrived
  frame_header header_;
  bool header_read_ = false;
};

/// Cuts the bytes that CAF sends to a peer into frames, calls the filter for each, and leaves out
/// frames that it drops. Passes on payloads without collecting them.
class sent_stream {
public:
  explicit sent_stream(frame_filter& filter) : filter_(filter) {}

  struct outcome {
    bool sound = true;     ///< false: the bytes are not BASP, which CAF never sends
    bool answered = false; ///< an answer was among the frames
  };
  /// Takes the next bytes, and appends those that go to the peer to `through`.
  outcome take(bytes from, std::vector<std::byte>& through);

private:
  frame_filter& filter_;
  std::vector<std::byte> header_; ///< as far as it has arrived
  std::size_t payload_left_ = 0;
  bool dropping_ = false;
};

} // namespace volumeviz::wire
