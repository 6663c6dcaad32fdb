// Nodes whose store remembers rows that it has compared, and forgets too little.

#include "tests/simulation/variants.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

variant that_forgets_too_little(std::string name, bool forgotten_rules::*rule) {
  variant x;
  x.name = std::move(name);
  x.cache.*rule = true;
  return x;
}

} // namespace

variant ignores_versions_of_rows() {
  return that_forgets_too_little("takes a row that was equal once for equal, whatever its version",
                                 &forgotten_rules::ignores_versions);
}

variant remembers_rows_across_connections() {
  return that_forgets_too_little("remembers rows when its connection and its lock were lost",
                                 &forgotten_rules::outlives_connections);
}

// What an inspect changes and a list finds changed back must not show a time, or the list would be
// compared all the same. On PostgreSQL the row's version would differ, too.
variant overflows_when_a_container_goes_on() {
  variant x;
  x.name = "a container is paused, and the event that it goes on is lost";
  x.always = [](schedule& s) {
    std::erase_if(s.steps, [](const step& y) { return is_trouble(y.what); });
    s.before_start = std::min(s.before_start, static_cast<unsigned>(s.steps.size()));
    s.database = model_store::engine::sqlite;
    s.queue = 2;
    s.steps.push_back({.what = op::run_container, .before = 500ms});
    s.steps.push_back({.what = op::run_container, .a = 1});
    s.steps.push_back({.what = op::demand, .before = 8s});
    s.steps.push_back({.what = op::pause, .before = 3s});
    s.steps.push_back({.what = op::delay_actor, .a = 1, .span = 2'000, .before = 3s});
    s.steps.push_back({.what = op::burst, .a = 1, .span = 20});
    s.steps.push_back({.what = op::pause, .before = 100ms});
    s.steps.push_back({.what = op::calm, .before = 8s});
  };
  return x;
}

variant remembers_rows_that_it_has_changed() {
  auto x = that_forgets_too_little("remembers a row as a list showed it, after an event changed it",
                                   &forgotten_rules::keeps_what_was_changed);
  x.always = overflows_when_a_container_goes_on().always;
  return x;
}

} // namespace volumeviz::simulation
