#pragma once

#include "actors/actors.hpp"
#include "messages/error.hpp"
#include "wire/hub_front.hpp"

#include <caf/actor_system_config.hpp>

#include <memory>

namespace volumeviz {

/// Loads CAF's remoting into the configuration of an actor system. CAF itself neither listens nor
/// connects: all data from other machines first passes a wire::hub_front or a wire::dialer, and
/// reaches CAF over a pair of local sockets. Throws invariant_violation when check_overrides()
/// finds that nodes could get equal ids.
void use_remoting(caf::actor_system_config& config);

/// Opens a front with these parts, through which agents reach the gate. Fills in `node`, `gate` and
/// `accepted`. The front must end before the actor system. ec::bad_request when the address can't
/// be used.
result<std::unique_ptr<wire::hub_front>> open_front(const hub_gate_actor& gate,
                                                    wire::hub_front_parts parts);

} // namespace volumeviz
