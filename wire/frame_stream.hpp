#pragma once

#include "wire/frame.hpp"
#include "wire/frame_filter.hpp"
#include "wire/violation.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <vector>

namespace volumeviz::wire {

/// Cuts what a peer sends into frames and asks the filter about each. Memory is taken for what has
/// come, and not for what a header announces.
class received_stream {
public:
  /// `filter` must outlive it.
  explicit received_stream(frame_filter& filter) : filter_(filter) {}

  /// Takes the next bytes; appends the frames that are complete now and may pass to `through`, and
  /// their headers and those of dropped ones to `seen`. What came before the frame that may not
  /// pass is still appended.
  tl::expected<void, complaint> take(bytes from, std::vector<std::byte>& through,
                                     std::vector<frame_header>& seen);

  /// How many bytes are set aside for a frame that has not come as a whole.
  std::size_t memory() const noexcept { return frame_.capacity(); }

private:
  tl::expected<void, complaint> complete(std::vector<std::byte>& through,
                                         std::vector<frame_header>& seen);

  frame_filter& filter_;
  std::vector<std::byte> frame_; ///< header and payload, as far as they have come
  frame_header header_;
  bool header_read_ = false;
};

/// Cuts what CAF sends to a peer into frames, tells the filter of each, and leaves out what the
/// peer has no use for. A payload is passed on as it comes.
class sent_stream {
public:
  explicit sent_stream(frame_filter& filter) : filter_(filter) {}

  /// Appends to `through` what goes on its way; true when an answer was among it. False for `sound`
  /// when it is not BASP, which CAF does not do.
  struct outcome {
    bool sound = true;
    bool answered = false;
  };
  outcome take(bytes from, std::vector<std::byte>& through);

private:
  frame_filter& filter_;
  std::vector<std::byte> header_; ///< as far as it has come
  std::size_t payload_left_ = 0;
  bool dropping_ = false;
};

} // namespace volumeviz::wire
