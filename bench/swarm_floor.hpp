#pragma once

#include "tests/swarm/crowd.hpp"

#include <chrono>
#include <string>

namespace volumeviz::bench {

struct floor_rate {
  double resources = 0;    ///< a second
  double transactions = 0; ///< a second
};

/// How many of the same hosts' changes one writer commits with the store directly, without a
/// network, actors or agents: batches of `resources` resources, and `group` batches of different
/// hosts in each transaction. The hosts start empty and are written once before.
floor_rate store_floor(const std::string& database_url, const swarm::shape& hosts,
                       std::size_t group, std::size_t resources, std::chrono::seconds how_long);

} // namespace volumeviz::bench
