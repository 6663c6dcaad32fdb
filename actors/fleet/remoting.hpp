#pragma once

#include "actors/actors.hpp"
#include "messages/error.hpp"
#include "wire/hub_front.hpp"

#include <caf/actor_system_config.hpp>

#include <memory>

namespace volumeviz {

/// Loads CAF's remoting into the configuration of an actor system. CAF opens no port and connects
/// to nothing by itself: what comes from other machines passes a wire::hub_front or a wire::dialer
/// first, and reaches CAF over a pair of local sockets. Two programs in containers get different
/// node ids: see overrides.cpp.
void use_remoting(caf::actor_system_config& config);

/// Lets agents reach the gate through a front of these parts; `gate` and `accepted` are filled in
/// here. The front must end before the actor system. ec::bad_request when the address can't be
/// used.
result<std::unique_ptr<wire::hub_front>> open_front(const hub_gate_actor& gate,
                                                    wire::hub_front_parts parts);

} // namespace volumeviz
