#pragma once

#include "actors/actors.hpp"
#include "config/address.hpp"
#include "messages/error.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman_actor.hpp>

#include <set>
#include <string>

namespace volumeviz {

/// The files of mutual TLS; all set, or none.
struct link_files {
  std::string certificate, key, ca;
  bool tls() const noexcept { return !certificate.empty(); }
};

/// Who opens a connection: CAF's middleman, or that of TLS. Never waits.
using connector_actor =
    caf::typed_actor<caf::replies_to<caf::connect_atom, std::string, std::uint16_t>::with<
        caf::node_id, caf::strong_actor_ptr, std::set<std::string>>>;

/// Loads CAF's remoting into the configuration of an actor system. Two programs in containers get
/// different node ids, and a peer that swallows packets or hangs holds nothing up: see
/// overrides.cpp.
void use_remoting(caf::actor_system_config& config, const link_files& files);

/// The connector of a system with remoting.
connector_actor connector_of(caf::actor_system& system, const link_files& files);

/// Makes the gate reachable; returns the port. ec::bad_request when the address can't be used.
result<std::uint16_t> publish(const hub_gate_actor& gate, const config::host_port& where,
                              const link_files& files);

} // namespace volumeviz
