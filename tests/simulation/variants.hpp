#pragma once

#include "tests/simulation/world.hpp"

namespace volumeviz::simulation {

// Nodes that break one rule each. See docs/architecture.md for the rules.

// 1. Watch first, then list.
variant rechecks_only_lagging_keys(); ///< breaks nothing
variant without_since();              ///< the subscription begins when it begins
variant without_slack();              ///< `since` is the daemon's now: stamps are not in order
variant lists_before_it_watches();
// 2. One fetch at a time, requested when its turn comes.
variant writes_old_answers();
// 3. Every loss is a bigger hint.
variant ignores_reason(list_reason reason);
variant ignores_damage();
variant ignores_prunes();
variant forgets_failed_inspects();
variant forgets_failed_lists();
variant forgets_failed_writes();
variant never_sets_keys_aside();
// 4. Never delete on hearsay.
variant trusts_inspects_over_lists();
variant trusts_partial_lists();
variant takes_failures_for_404();
variant trusts_truncated_lists();
variant trusts_lists_without_left_out_entries();
variant trusts_lists_of_absent_drivers();
// What the store remembers of rows.
variant ignores_versions_of_rows();
variant remembers_rows_across_connections();
variant overflows_when_a_container_goes_on(); ///< breaks nothing
variant remembers_rows_that_it_has_changed();
// The history, and those who read it.
variant loses_changes();
variant takes_lists_for_events();
variant takes_events_for_lists();
variant takes_intervals_for_moments();
variant reads_one_change_late();
variant skips_at_the_seam();
variant repeats_on_resume();
// The traps.
variant has_a_slow_handler(); ///< breaks nothing
variant reader_that_waits();
variant never_rechecks();
variant reads_late(); ///< breaks nothing, but the daemon drops events
variant ignores_late_readers();
variant reads_very_late(); ///< breaks nothing, but the daemon has forgotten what is unread
variant trusts_every_audit();
variant reads_late_what_has_ended(); ///< breaks nothing, but daemons change while nothing is read
variant trusts_any_daemon();
variant has_clients_that_give_up(); ///< breaks nothing, but volumes go without an event
variant does_not_list_after_a_hang();
variant never_audits();
/// The same where the reader always gets to read: a stream that is read loses nothing.
variant never_audits_and_always_reads();

// Agents and hubs.
variant takes_chunks_for_lists();
variant acknowledges_before_it_commits();
variant has_a_hub_that_dies_with_a_batch(); ///< breaks nothing
variant takes_lost_answers_for_success();
variant never_resends();
variant applies_old_batches_late();
variant trusts_the_host_in_a_batch();
variant trusts_any_token();
variant admits_a_second_agent();

} // namespace volumeviz::simulation
