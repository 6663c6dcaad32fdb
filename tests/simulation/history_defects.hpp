#pragma once

namespace volumeviz::simulation {

/// A node, a reader of the history or a subscriber that breaks a rule.
struct history_defects {
  bool loses_changes = false;               ///< rows of the history
  bool takes_lists_for_events = false;      ///< the time of a list counts as an event's
  bool takes_events_for_lists = false;      ///< the time of an event is not told
  bool takes_intervals_for_moments = false; ///< not_before of a list is its own time
  bool reads_one_change_late = false;       ///< as of a moment, without the change of that moment
  bool skips_at_the_seam = false;           ///< the last change of the last page
  bool repeats_on_resume = false;           ///< the last change before the cursor
};

} // namespace volumeviz::simulation
