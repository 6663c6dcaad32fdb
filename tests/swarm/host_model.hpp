#pragma once

#include "messages/resources.hpp"
#include "tests/stage/recorded_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <type_traits>

namespace volumeviz::swarm {

/// The state of a host without a daemon, and its random changes. Tests compare the hub's rows with
/// it. Each container mounts a volume; the numbers of both stay about the same.
class host_model {
public:
  host_model(std::string name, std::size_t volumes, std::size_t containers, std::uint64_t seed);

  struct change {
    resource_kind kind = resource_kind::volume;
    std::string key;
  };
  /// Makes one random change, mostly a start or a stop. Returns what an event would report of it.
  change happen();

  const std::string& name() const noexcept { return name_; }
  template <class Resource>
  const std::map<std::string, Resource>& all() const noexcept {
    if constexpr (std::is_same_v<Resource, volume>)
      return volumes_;
    else
      return containers_;
  }
  /// The expected rows.
  integration::inventory_rows rows() const;

private:
  change start_or_stop();
  change rename();
  change replace_container();
  change replace_volume();
  void add_container(const std::string& mounting);
  void add_volume(const std::string& volume_name);
  timestamp next_moment();
  template <class Map>
  typename Map::iterator any_of(Map& map);

  std::string name_;
  std::minstd_rand random_;
  std::size_t containers_wanted_;
  std::uint64_t made_ = 0;
  timestamp moment_;
  std::map<std::string, volume> volumes_;
  std::map<std::string, container> containers_;
};

} // namespace volumeviz::swarm
