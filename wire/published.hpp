#pragma once

#include "wire/frame.hpp"
#include "wire/violation.hpp"

#include <tl/expected.hpp>

namespace volumeviz::wire {

/// Whom a request is for.
enum class receiver : std::uint8_t { gate, session };

/// Whether this payload of a message is a request that an agent may send: one of the types that
/// hub_gate_actor and hub_session_actor publish (actors/actors.hpp), well formed, no field longer
/// than it needs to be, and nothing behind it. Nothing is deserialised for that.
tl::expected<receiver, complaint> check_request(bytes payload);

/// Whether it is the one message that CAF itself sends to a "SpawnServ": who are you? It is
/// dropped; anything else that is sent there is meant to start actors.
tl::expected<void, complaint> check_node_question(bytes payload);

/// The same as check_request() for what a hub may answer: what these actors answer, or an error
/// with one sentence.
tl::expected<void, complaint> check_response(bytes payload);

} // namespace volumeviz::wire
