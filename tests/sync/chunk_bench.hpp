#pragma once

#include "sync/assembly.hpp"
#include "sync/chunks.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::sync::testing {

inline volume some_volume(const std::string& name, std::size_t label_size) {
  volume x;
  x.name = name;
  x.driver = "local";
  x.labels["l"] = std::string(label_size, 'x');
  return x;
}

inline change_batch some_batch(std::size_t volumes, std::size_t containers, std::size_t gone,
                               std::size_t label_size) {
  change_batch batch;
  batch.host = "h";
  for (std::size_t i = 0; i < volumes; ++i)
    batch.volumes.present.push_back(some_volume("v" + std::to_string(i), label_size));
  for (std::size_t i = 0; i < containers; ++i) {
    container x;
    x.id = "c" + std::to_string(i);
    x.mounts.push_back({.volume = "v0", .path = "/data"});
    batch.containers.present.push_back(std::move(x));
  }
  for (std::size_t i = 0; i < gone; ++i) {
    batch.volumes.gone.push_back("gone" + std::to_string(i));
    batch.containers.gone.push_back("dead" + std::to_string(i));
  }
  batch.volumes.complete = true;
  batch.volumes.spared = {.drivers = {"nas", "tape"},
                          .all = false,
                          .others = true,
                          .known = {"local"},
                          .mounted = true,
                          .unverified = {"v1"},
                          .all_unverified = true};
  batch.containers.spared = {.drivers = {}, .all = true};
  batch.containers.confirmed = true;
  batch.volumes.told = {{"gone unnamed", 7}, {"gone0", 8}, {"v0", 9}, {"v3", 10}};
  if (containers > 0)
    batch.containers.told = {{"c0", 11}};
  batch.observed_at = 12;
  batch.facts.engine_id = "engine";
  return batch;
}

inline link_chunk chunk_of(std::uint64_t seq, std::uint32_t index, bool last,
                           change_batch part = {}) {
  return {.token = {}, .seq = seq, .index = index, .last = last, .part = std::move(part)};
}

inline std::size_t resources(const change_batch& x) {
  return x.volumes.present.size() + x.volumes.gone.size() + x.containers.present.size()
         + x.containers.gone.size();
}

/// Sends the chunks of a batch. Returns the whole batch, which the last chunk must complete.
inline std::optional<change_batch> send(assembly& to, std::uint64_t seq,
                                        std::vector<change_batch> parts) {
  std::optional<change_batch> whole;
  for (std::uint32_t i = 0; i < parts.size(); ++i) {
    auto answer = to.add(chunk_of(seq, i, i + 1 == parts.size(), std::move(parts[i])));
    REQUIRE(answer);
    if (*answer)
      whole = std::move((*answer)->batch);
  }
  return whole;
}

} // namespace volumeviz::sync::testing
