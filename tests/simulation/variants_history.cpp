// Stores, readers and feeds that break a rule of the history.

#include "tests/simulation/variants.hpp"

#include <utility>

namespace volumeviz::simulation {

namespace {

variant with_history(std::string name, bool history_defects::*defect) {
  variant x;
  x.name = std::move(name);
  x.history.*defect = true;
  return x;
}

} // namespace

variant loses_changes() {
  return with_history("loses a row of the history now and then", &history_defects::loses_changes);
}

variant takes_lists_for_events() {
  return with_history("takes the time of a list for that of an event",
                      &history_defects::takes_lists_for_events);
}

variant takes_events_for_lists() {
  return with_history("does not tell the time of an event",
                      &history_defects::takes_events_for_lists);
}

variant takes_intervals_for_moments() {
  return with_history("takes an interval for a moment",
                      &history_defects::takes_intervals_for_moments);
}

variant reads_one_change_late() {
  return with_history("shows a moment without the change of that moment",
                      &history_defects::reads_one_change_late);
}

variant skips_at_the_seam() {
  return with_history("skips the last change of the last page",
                      &history_defects::skips_at_the_seam);
}

variant repeats_on_resume() {
  return with_history("sends a change again when a subscriber comes back",
                      &history_defects::repeats_on_resume);
}

} // namespace volumeviz::simulation
