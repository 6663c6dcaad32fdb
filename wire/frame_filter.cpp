#include "wire/frame_filter.hpp"

#include "wire/published.hpp"
#include "wire/shape.hpp"

#include <fmt/format.h>

namespace volumeviz::wire {

namespace {

// Batches are cut into chunks of 256 KiB, but a single resource may be longer; see sync::cut().
constexpr std::uint32_t message_max = 4 * 1024 * 1024;
constexpr std::uint32_t control_max = 64 * 1024;

/// The shortest and the longest payload of this operation.
std::pair<std::uint32_t, std::uint32_t> lengths_of(operation what) {
  switch (what) {
  case operation::direct_message:
    return {1, message_max};
  case operation::heartbeat:
    return {0, 0};
  default:
    return {1, control_max};
  }
}

/// Whether CAF would fail an assertion, or dereference null, because of these values.
bool has_impossible_values(const frame_header& x) {
  switch (x.what) {
  case operation::server_handshake:
    return x.data == 0 || x.source != 0 || x.target != 0;
  case operation::client_handshake:
    return x.data != 0 || x.source != 0 || x.target != 0;
  case operation::direct_message:
    return x.source == 0 || x.target == 0;
  case operation::monitor_message:
    return x.data != 0 || x.source != 0 || x.target == 0;
  case operation::down_message:
    return x.data != 0 || x.source == 0 || x.target != 0;
  case operation::heartbeat:
    return x.data != 0 || x.source != 0 || x.target != 0;
  case operation::routed_message:
    break;
  }
  return false;
}

} // namespace

verdict check_header(const frame_header& x) {
  if (x.what == operation::routed_message)
    return refuse(violation::operation, "a message for a third node");
  const auto [shortest, longest] = lengths_of(x.what);
  if (x.payload_size > longest)
    return refuse(violation::length, fmt::format("a frame that announces {} bytes; the limit is {}",
                                                 x.payload_size, longest));
  if (x.payload_size < shortest)
    return refuse(violation::header, "a frame without its payload");
  const auto flags = x.what == operation::direct_message     ? named_receiver
                     : x.what == operation::client_handshake ? select_connection
                                                             : std::uint8_t{0};
  if ((x.flags & ~flags) != 0 || has_impossible_values(x))
    return refuse(violation::header, "a frame with impossible values in its header");
  return passage::forward;
}

verdict check_spawn_server(bytes payload) {
  if (auto known = check_node_question(payload); !known)
    return tl::unexpected{known.error()};
  return passage::drop;
}

verdict check_nodes(bytes payload, bool with_error, const std::string& peer,
                    const std::optional<std::string>& own) {
  shape_reader read{payload, {}};
  std::string from, to;
  read.node(&from);
  read.node(&to);
  if (with_error)
    read.error();
  if (!read.done())
    return refuse(violation::shape, "a malformed monitor or down message");
  if (from != peer || to == peer || to.empty() || (own && to != *own))
    return refuse(violation::node, "a monitor or down message from or for another node");
  return passage::forward;
}

} // namespace volumeviz::wire
