#pragma once

#include "wire/frame.hpp"
#include "wire/violation.hpp"

#include <tl/expected.hpp>

namespace volumeviz::wire {

/// The actor that a request is for.
enum class receiver : std::uint8_t { gate, session };

/// Checks that the payload of a message is a request that an agent may send: one of the types that
/// hub_gate_actor and hub_session_actor publish (actors/actors.hpp), well formed, without over-long
/// fields, and with nothing behind it. Deserialises nothing.
tl::expected<receiver, complaint> check_request(bytes payload);

/// Checks that the payload is the one question that CAF itself sends to "SpawnServ". Every other
/// message to it would start actors.
tl::expected<void, complaint> check_node_question(bytes payload);

/// Like check_request(), for the answers of these actors: their result types, or an error with one
/// sentence.
tl::expected<void, complaint> check_response(bytes payload);

} // namespace volumeviz::wire
