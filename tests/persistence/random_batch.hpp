#pragma once

#include "tests/persistence/testbed.hpp"

#include <random>

namespace volumeviz::persistence::testing {

/// A random batch over few names: complete lists, single resources, removals.
inline change_batch random_batch(std::mt19937& random) {
  const auto pick = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  change_batch batch = batch_of({});
  batch.host = pick(4) == 0 ? "beta" : "alpha";
  batch.volumes.complete = pick(3) == 0;
  batch.volumes.confirmed = true;
  batch.containers.complete = pick(3) == 0;
  batch.containers.confirmed = true;
  for (int i = 0; i < 6; ++i) {
    const auto key = std::to_string(i);
    if (pick(2) == 0) {
      auto v = a_volume("v" + key);
      v.driver = pick(3) == 0 ? "nfs" : "local";
      v.labels = {{"turn", std::to_string(pick(3))}};
      batch.volumes.present.push_back(v);
    } else if (pick(3) == 0) {
      batch.volumes.gone.push_back("v" + key);
    }
    if (pick(2) == 0) {
      auto c = a_container("c" + key);
      c.state = pick(2) == 0 ? "running" : "exited";
      for (const auto* path : {"/a", "/b"})
        if (pick(2) == 0)
          c.mounts.push_back({"v" + std::to_string(pick(6)), path, pick(2) == 0});
      batch.containers.present.push_back(c);
    } else if (pick(3) == 0) {
      batch.containers.gone.push_back("c" + key);
    }
  }
  return batch;
}

} // namespace volumeviz::persistence::testing
