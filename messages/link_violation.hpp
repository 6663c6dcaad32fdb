#pragma once

#include <array>
#include <cstdint>

namespace volumeviz {

/// Why a frame of a peer is not let in: the label `reason` of
/// volumeviz_events_link_violations_total.
enum class link_violation : std::uint8_t {
  header,    ///< not a BASP header, or one with impossible values
  length,    ///< longer than anything that the protocol sends
  operation, ///< an operation that a star does not need, or not at this time
  receiver,  ///< for an actor that is not the sender's to reach
  type,      ///< a message that is not part of the published interface
  shape,     ///< its content is malformed, or a field of it is too long
  response,  ///< an answer that was not asked for
  node       ///< a node id that is not the sender's own, or that another connection uses
};
inline constexpr std::array<const char*, 8> link_violation_names{
    "header", "length", "operation", "receiver", "type", "shape", "response", "node"};

/// Why a connection ended before it had proven who it is, or was not taken at all: the label
/// `reason` of volumeviz_events_link_refused_connections_total.
enum class link_refusal : std::uint8_t {
  late,                  ///< it did not finish its handshake in time
  too_many,              ///< too many connections have not proven who they are
  too_many_from_address, ///< the same, of one address
  tls,                   ///< no valid certificate of our CA
  revoked,               ///< the certificate is on the list of revoked ones
  too_many_of_member     ///< the member has enough connections already
};
inline constexpr std::array<const char*, 6> link_refusal_names{
    "late", "too_many", "too_many_from_address", "tls", "revoked", "too_many_of_member"};

} // namespace volumeviz
