#pragma once

#include "tests/swarm/crowd.hpp"

#include <chrono>
#include <string>

namespace volumeviz::bench {

struct floor_rate {
  double looks = 0;        ///< resources a second
  double transactions = 0; ///< a second
};

/// What the database takes of the same hosts' changes when one writer gives them to the store
/// directly, without a network, actors, or agents: batches of `looks` resources, `group` batches of
/// different hosts a transaction. The hosts begin anew and are written once before.
floor_rate store_floor(const std::string& database_url, const swarm::shape& hosts,
                       std::size_t group, std::size_t looks, std::chrono::seconds how_long);

} // namespace volumeviz::bench
