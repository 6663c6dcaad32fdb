// Bytes of a peer on an open link: to a hub when the first byte is even, to an agent when it is
// odd. The rest of that byte decides how the stream is cut.
#include "tests/fuzz/caf_oracle.hpp"
#include "wire/agent_filter.hpp"
#include "wire/frame_stream.hpp"
#include "wire/hub_filter.hpp"

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::fuzz;

namespace {

constexpr std::uint64_t gate = 20, session = 31, asker = 900;

/// A node id in CAF's binary format, whose host bytes and process id are all `x`.
std::vector<std::byte> node(std::uint8_t x) {
  std::vector<std::byte> out;
  for (const int each : {0x00, 0x3E, 0x9A, 0xAB, 0x9B, 0xAC, 0x79})
    out.push_back(static_cast<std::byte>(each));
  out.insert(out.begin(), std::byte{0});
  out.insert(out.end(), 4 + 20, std::byte{x});
  return out;
}

/// The same in CAF's text form.
std::string text(std::uint8_t x) {
  const std::string digits = "0123456789ABCDEF";
  std::string out;
  for (int i = 0; i < 20; ++i)
    out += {digits[x / 16U], digits[x % 16U]};
  return out + "#" + std::to_string(x * 0x01010101U);
}

void introduce(wire::frame_filter& to, wire::operation what, std::vector<std::byte> payload) {
  const wire::frame_header header{.what = what,
                                  .flags = 0,
                                  .payload_size = static_cast<std::uint32_t>(payload.size()),
                                  .data = what == wire::operation::server_handshake ? 3U : 0U,
                                  .source = 0,
                                  .target = 0};
  must(to.header(header).has_value() && to.frame(header, payload).has_value(),
       "a handshake as it should be passes");
}

void check_passed(wire::bytes through, const std::vector<wire::frame_header>& seen) {
  for (const auto& x : seen) {
    if (x.what == wire::operation::direct_message && (x.flags & wire::named_receiver) != 0)
      continue; // dropped
    must(through.size() >= wire::header_size + x.payload_size, "what passes passes as a whole");
    const auto payload = through.subspan(wire::header_size, x.payload_size);
    through = through.subspan(wire::header_size + x.payload_size);
    must(x.what != wire::operation::routed_message, "nothing is routed");
    if (x.what == wire::operation::direct_message)
      caf_oracle::only_one().must_read(payload);
  }
  must(through.empty(), "nothing passes but whole frames");
}

void feed(wire::frame_filter& filter, wire::bytes from, std::size_t chunk) {
  wire::received_stream stream{filter};
  std::vector<std::byte> through;
  std::vector<wire::frame_header> seen;
  while (!from.empty()) {
    const auto part = from.first(std::min(chunk, from.size()));
    from = from.subspan(part.size());
    const auto taken = stream.take(part, through, seen);
    if (taken)
      continue;
    must(one_line(taken.error().what), "a complaint is a part of one line");
    break;
  }
  check_passed(through, seen);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const wire::bytes stream{reinterpret_cast<const std::byte*>(data) + 1, size - 1};
  const std::size_t chunk = 1 + data[0] / 2U * 8U;
  if (data[0] % 2 == 0) {
    const auto members = std::make_shared<wire::member_registry>();
    wire::hub_filter filter{
        1,       text(4),
        gate,    {.address = "192.0.2.7", .certified = false, .names = {}, .fingerprint = {}},
        members, [](std::uint64_t) {}};
    introduce(filter, wire::operation::client_handshake, node(1));
    members->grant(text(1), session);
    feed(filter, stream, chunk);
    return 0;
  }
  wire::agent_filter filter;
  auto handshake = node(3);
  handshake.insert(handshake.end(), 10, std::byte{0});
  introduce(filter, wire::operation::server_handshake, handshake);
  for (std::uint64_t number = 1; number <= 8; ++number)
    filter.sent({.what = wire::operation::direct_message,
                 .flags = 0,
                 .payload_size = 1,
                 .data = number,
                 .source = asker,
                 .target = gate});
  feed(filter, stream, chunk);
  return 0;
}
