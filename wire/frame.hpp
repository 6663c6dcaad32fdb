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
  server_handshake, ///< who the side that accepted is, and which actor it publishes
  client_handshake, ///< who the side that connected is
  direct_message,   ///< a message between actors of the two sides
  routed_message,   ///< a message that names its two nodes; a star needs none
  monitor_message,  ///< the sender wants to know when an actor of ours ends
  down_message,     ///< an actor of the sender has ended
  heartbeat
};

/// What stands before each payload.
struct frame_header {
  operation what = operation::heartbeat;
  std::uint8_t flags = 0;
  std::uint32_t payload_size = 0;
  std::uint64_t data = 0;   ///< of a message: its id; of a server handshake: the protocol's version
  std::uint64_t source = 0; ///< actor ids; 0: none
  std::uint64_t target = 0;
};

inline constexpr std::size_t header_size = 32;
/// The target is the number of a name ("SpawnServ", say) and not an actor's id.
inline constexpr std::uint8_t named_receiver = 0x01;
/// On a second client handshake: use this connection.
inline constexpr std::uint8_t select_connection = 0x02;
/// The name "SpawnServ" as CAF writes it: each node asks for it at each node that it learns of.
inline constexpr std::uint64_t spawn_server = 0x03DD'D66F'3376'ADFB;

/// The header in these 32 bytes; nothing when the operation is none of BASP's or reserved bytes are
/// not zero.
std::optional<frame_header> read_header(bytes from);

/// What kind of message an id stands for; see caf/message_id.hpp.
inline constexpr bool is_response(std::uint64_t id) noexcept {
  return (id >> 63) != 0;
}
inline constexpr bool is_request(std::uint64_t id) noexcept {
  return !is_response(id) && (id & 0x0FFF'FFFF'FFFF'FFFF) != 0;
}
/// The number that a request and its response have in common.
inline constexpr std::uint64_t request_number(std::uint64_t id) noexcept {
  return id & 0x0FFF'FFFF'FFFF'FFFF;
}

} // namespace volumeviz::wire
