#pragma once

#include "actors/actor_context.hpp"
#include "actors/platform/repeated.hpp"

#include <functional>
#include <vector>

namespace volumeviz {

struct host_census_parts {
  /// All hosts in the database, with name, engine, last_heard and verified_at. Blocking.
  std::function<result<std::vector<host_report>>()> hosts;
};

/// HOST CENSUS: reports to the roster which hosts the database has. So a restarted hub shows hosts
/// whose agents do not connect again as away, and the roster forgets a host whose row was deleted.
class host_census {
public:
  using interface = host_census_actor;

  host_census(interface::pointer self, context_ptr context, host_census_parts parts);
  interface::behavior_type make_behavior();

private:
  void read_hosts();

  interface::pointer self_;
  context_ptr context_;
  host_census_parts parts_;
  repeated_failure trouble_;
};

} // namespace volumeviz
