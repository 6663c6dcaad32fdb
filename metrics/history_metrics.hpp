#pragma once

#include "messages/changes.hpp"
#include "metrics/families.hpp"

namespace volumeviz::metrics {

/// The history and its feed. Not an agent's, which has no database.
struct history_metrics {
  /// A committed transaction has recorded the changes of this batch.
  void recorded(const write_summary& batch) {
    for (const auto& x : batch.changes)
      changes(x.kind, x.op).add();
  }

  prometheus::Registry& to;
  table<counter, row_kind, operation> changes{
      to,
      "volumeviz_events_history_changes_total",
      "Changes of rows that this node has written, by kind and operation. HISTORY_EXCLUDE keeps "
      "some of them out of the history.",
      {"kind", "operation"}};
  gauge subscribers{to, "volumeviz_events_feed_subscribers",
                    "Clients that follow the feed of changes now."};
  counter cut_off{to, "volumeviz_events_feed_cut_off_total",
                  "Subscribers of the feed that were cut off since they did not keep up."};
};

} // namespace volumeviz::metrics
