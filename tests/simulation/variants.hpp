#pragma once

#include "tests/simulation/world.hpp"

namespace volumeviz::simulation {

// Nodes that break one rule each. See docs/architecture.md for the rules.

// 1. Watch first, then list.
variant rechecks_only_lagging_keys(); ///< breaks nothing
variant without_since();              ///< the subscription begins when it begins
variant without_slack();              ///< `since` is the daemon's now: stamps are not in order
variant lists_before_it_watches();
// 2. One look at a time, made when its turn comes.
variant writes_old_answers();
// 3. Every loss is a bigger hint.
variant does_not_heed(list_reason reason);
variant does_not_heed_damage();
variant does_not_heed_prunes();
variant forgets_failed_looks();
variant forgets_failed_lists();
variant forgets_failed_writes();
variant waits_for_what_cannot_be_inspected();
// 4. Never delete on hearsay.
variant believes_inspects_more_than_lists();
variant believes_partial_lists();
variant takes_failures_for_404();
variant believes_broken_lists();
variant believes_lists_without_what_they_left_out();
variant believes_lists_of_absent_drivers();
// The traps.
variant has_a_slow_handler(); ///< breaks nothing
variant reader_that_waits();
variant never_rechecks();
variant reads_late(); ///< breaks nothing, but the daemon drops events
variant never_notices_a_late_reader();
variant reads_very_late(); ///< breaks nothing, but the daemon has forgotten what is unread
variant takes_every_audit_for_a_proof();
variant reads_late_what_has_ended(); ///< breaks nothing, but daemons change while nobody reads
variant takes_every_daemon_for_its_streams();
variant has_clients_that_give_up(); ///< breaks nothing, but volumes go without an event
variant does_not_list_after_a_hang();
variant never_audits();
/// The same where the reader always gets to read: a stream that is read loses nothing.
variant never_audits_and_always_reads();

// Agents and hubs.
variant takes_chunks_for_lists();
variant acknowledges_before_it_commits();
variant has_a_hub_that_dies_with_a_batch(); ///< breaks nothing
variant takes_lost_answers_for_good_ones();
variant sends_nothing_once_more();
variant applies_old_batches_late();
variant believes_the_batch();
variant believes_any_token();
variant lets_the_second_in();

} // namespace volumeviz::simulation
