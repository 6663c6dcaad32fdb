#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace volumeviz::wire {

using bytes = std::span<const std::byte>;

/// The operations of BASP, CAF's protocol between two actor systems, as CAF 0.17.6 numbers them
/// (caf/io/basp/message_type.hpp).
enum class operation : std::uint8_t {
  server_handshake, ///< from the side that accepted: its node, and the actor that it publishes
  client_handshake, ///< from the side that connected: its node
  direct_message,   ///< a message between actors of the two sides
  routed_message,   ///< a message from or to a third node; agents and a hub need none
  monitor_message,  ///< a request to be told when one of our actors ends
  down_message,     ///< one of the sender's actors has ended
  heartbeat
};

/// The header of a frame; the payload follows it.
struct frame_header {
  operation what = operation::heartbeat;
  std::uint8_t flags = 0;
  std::uint32_t payload_size = 0;
  std::uint64_t data = 0;   ///< a message's id, or the protocol version in a server handshake
  std::uint64_t source = 0; ///< id of the sending actor; 0: none
  std::uint64_t target = 0;
};

inline constexpr std::size_t header_size = 32;
/// The target is a name as a number ("SpawnServ", for example), not an actor's id.
inline constexpr std::uint8_t named_receiver = 0x01;
/// In a second client handshake: use this connection from now on.
inline constexpr std::uint8_t select_connection = 0x02;
/// The name "SpawnServ" as CAF writes it. Each node sends a question to it on each new connection.
inline constexpr std::uint64_t spawn_server = 0x03DD'D66F'3376'ADFB;

/// Reads a header from the first 32 bytes. Empty when BASP has no such operation, or when reserved
/// bytes are not zero.
std::optional<frame_header> read_header(bytes from);

// The kind of message that an id stands for; see caf/message_id.hpp.
inline constexpr bool is_response(std::uint64_t id) noexcept {
  return (id >> 63) != 0;
}
inline constexpr bool is_request(std::uint64_t id) noexcept {
  return !is_response(id) && (id & 0x0FFF'FFFF'FFFF'FFFF) != 0;
}
/// A request and its response have the same number.
inline constexpr std::uint64_t request_number(std::uint64_t id) noexcept {
  return id & 0x0FFF'FFFF'FFFF'FFFF;
}

} // namespace volumeviz::wire
