#pragma once

#include "tests/actors/node_rig.hpp"

#include <caf/all.hpp>

#include <string>

namespace volumeviz::testing {

/// A started node whose daemon has a volume "v", and a container "c" that mounts it.
struct running_node : node_rig {
  running_node() {
    docker->create_volume(support::some_volume("v"));
    docker->run_container(support::some_container("c", {{.volume = "v", .path = "/data"}}));
    start();
  }
  /// As if a handler of this child had thrown.
  template <class Handle>
  void kill(const Handle& whom) {
    const auto reason = caf::make_error(caf::sec::runtime_error, std::string{"a defect"});
    caf::anon_send<caf::message_priority::high>(caf::actor_cast<caf::actor>(whom),
                                                caf::exit_msg{caf::actor_addr{}, reason});
    run();
  }
};

} // namespace volumeviz::testing
