#include "wire/frame.hpp"

namespace volumeviz::wire {

namespace {

/// CAF writes numbers with the highest byte first.
template <class Number>
Number number_at(bytes from, std::size_t offset) {
  Number x = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    x = static_cast<Number>((x << 8) | std::to_integer<Number>(from[offset + i]));
  return x;
}

} // namespace

std::optional<frame_header> read_header(bytes from) {
  if (from.size() < header_size)
    return std::nullopt;
  const auto what = std::to_integer<std::uint8_t>(from[0]);
  const auto reserved = from[1] != std::byte{0} || from[2] != std::byte{0};
  if (what > static_cast<std::uint8_t>(operation::heartbeat) || reserved)
    return std::nullopt;
  return frame_header{.what = static_cast<operation>(what),
                      .flags = std::to_integer<std::uint8_t>(from[3]),
                      .payload_size = number_at<std::uint32_t>(from, 4),
                      .data = number_at<std::uint64_t>(from, 8),
                      .source = number_at<std::uint64_t>(from, 16),
                      .target = number_at<std::uint64_t>(from, 24)};
}

} // namespace volumeviz::wire
