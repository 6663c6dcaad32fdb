#pragma once

#include "actors/actors.hpp"
#include "tests/actors/listener.hpp"

#include <caf/all.hpp>

#include <memory>
#include <vector>

namespace volumeviz::testing {

/// A FLEET ROSTER that reports the hosts of the test and admits no agent.
class fixed_roster {
public:
  using interface = fleet_roster_actor;

  fixed_roster(interface::pointer, std::shared_ptr<std::vector<host_report>> hosts)
      : hosts_(std::move(hosts)) {}

  interface::behavior_type make_behavior() {
    return {
        [](atom::opened, const agent_hello&,
           const caf::strong_actor_ptr&) -> caf::result<link_welcome, caf::strong_actor_ptr> {
          return caf::make_error(caf::sec::invalid_argument);
        },
        [](atom::heartbeat, std::uint64_t, const link_heartbeat&) {},
        [](atom::verified, std::uint64_t, std::uint64_t) {},
        [](atom::sweep_due) {},
        [](atom::hosts, const std::vector<host_report>&) {},
        [this](atom::hosts) { return *hosts_; },
        [](atom::alive) { return true; },
    };
  }

private:
  std::shared_ptr<std::vector<host_report>> hosts_;
};

inline host_report reporting_host(const std::string& name, timestamp now) {
  host_report host;
  host.host = name;
  host.connected = host.stream_connected = true;
  host.since = host.last_heard = host.verified_at = now;
  host.status = health_status::healthy;
  return host;
}

} // namespace volumeviz::testing
