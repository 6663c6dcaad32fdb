#pragma once

#include "tests/chaos/arena.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace volumeviz::chaos {

/// One way in which the world can fail. From the return of `end` on, everything around the node
/// works and answers again, and the time to recover is counted.
struct fault {
  std::string name;
  std::chrono::milliseconds longest{4000}; ///< between `begin` and `end`
  std::function<void(arena&)> begin;
  std::function<void(arena&)> end = [](arena&) {};
  std::function<void(arena&)> tidy = [](arena&) {}; ///< after all is measured
  bool rows_can_be_read = true;                     ///< while it lasts, by the test
  bool daemon_answers = true;                       ///< while it lasts, to the test
};

/// Of a fault that is over as soon as it has begun.
inline constexpr std::chrono::milliseconds moment{0};

using faults = std::vector<fault>;

faults faults_of_network();
faults faults_of_docker();
faults faults_of_node();
faults faults_of_sqlite();
faults faults_of_postgres();

/// All that can happen with this database.
faults all_faults(database_kind kind);

} // namespace volumeviz::chaos
