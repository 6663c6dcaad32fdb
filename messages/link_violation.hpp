#pragma once

#include <array>
#include <cstdint>

namespace volumeviz {

/// Why a frame of a peer is refused: the label `reason` of
/// volumeviz_events_link_violations_total.
enum class link_violation : std::uint8_t {
  header,    ///< not a BASP header, or one with impossible values
  length,    ///< longer than anything that the protocol sends
  operation, ///< an operation that agents and a hub do not use, or not at this time
  receiver,  ///< for an actor that the sender may not reach
  type,      ///< a message that is not part of the published interface
  shape,     ///< its content is malformed, or a field of it is too long
  response,  ///< an answer without a request
  node       ///< a node id that is not the sender's own, or that another connection uses
};
inline constexpr std::array<const char*, 8> link_violation_names{
    "header", "length", "operation", "receiver", "type", "shape", "response", "node"};

/// Why a connection was refused, or ended before it had proven its name: the label `reason` of
/// volumeviz_events_link_refused_connections_total.
enum class link_refusal : std::uint8_t {
  late,                  ///< the handshake took too long
  too_many,              ///< too many connections have not proven their names yet
  too_many_from_address, ///< the same from one address
  tls,                   ///< no valid certificate of our CA
  revoked,               ///< the certificate is on the list of revoked ones
  too_many_of_member     ///< the member has enough connections already
};
inline constexpr std::array<const char*, 6> link_refusal_names{
    "late", "too_many", "too_many_from_address", "tls", "revoked", "too_many_of_member"};

} // namespace volumeviz
