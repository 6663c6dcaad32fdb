#pragma once

#include "bench/measure.hpp"

#include <memory>

namespace volumeviz::bench {

/// The least work for one event: one inspect with our Docker client, then one commit of one row
/// with our store, on one thread. It uses the stage's daemon and database under another host's
/// name, so that it is measured in turns with the node and under the same load.
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
