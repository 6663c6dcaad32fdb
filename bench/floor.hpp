#pragma once

#include "bench/measure.hpp"

#include <memory>

namespace volumeviz::bench {

/// The least that a node can do for one event: one inspect with our Docker client, and one commit
/// of one row with our store, one after the other in one thread. On the stage's own daemon and
/// database, under another host's name, so that it can be measured between the node's own times and
/// under the same load.
class floor_probe {
public:
  /// `container_id` is a container that exists as long as the probe.
  floor_probe(stage& on, const std::string& container_id);
  ~floor_probe();

  double volume();    ///< milliseconds for one volume
  double container(); ///< milliseconds for one container

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace volumeviz::bench
