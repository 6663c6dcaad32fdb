#pragma once

#include "actors/actors.hpp"
#include "actors/repeated.hpp"

#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <vector>

namespace volumeviz {

/// What the host census needs.
struct host_census_parts {
  /// Every host that the database has, with name, engine, last_heard and verified_at. Blocking.
  std::function<result<std::vector<host_report>>()> hosts;
  fleet_roster_actor roster;
  std::shared_ptr<spdlog::logger> log;
};

/// HOST CENSUS: tells the roster which hosts the database has, so that a hub that was restarted
/// misses those that do not come back, and one whose row somebody deletes is forgotten.
class host_census {
public:
  using interface = host_census_actor;

  host_census(interface::pointer self, host_census_parts parts);
  interface::behavior_type make_behavior();

private:
  void count();

  interface::pointer self_;
  host_census_parts parts_;
  repeated_failure trouble_;
};

} // namespace volumeviz
