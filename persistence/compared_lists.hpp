#pragma once

#include "persistence/list_comparison.hpp"

#include <optional>

namespace volumeviz::persistence {

/// What a list has shown of the rows of a host, by kind; nothing for a kind without a list.
struct learned_rows {
  std::optional<seen_rows> volumes, containers;
};

/// What a session knows of the rows of one host.
struct seen_host {
  seen_rows volumes, containers;

  /// The rows that a write has changed are not known any more.
  void forget(const write_summary& changed);
  /// The same, but for what its lists have shown.
  void learn(const write_summary& changed, learned_rows&& shown);
};

/// The complete lists of one batch beside the rows.
struct compared_lists {
  std::optional<list_comparison<volume>> volumes;
  std::optional<list_comparison<container>> containers;

  /// Reads the keys and versions of the kinds of which the batch has a complete list. `batch` must
  /// outlive this.
  compared_lists(session& on, const change_batch& batch);
  bool any() const noexcept { return volumes || containers; }
};

/// After the batch of these lists was written, and before the commit.
learned_rows learn(session& on, const compared_lists& lists, const write_summary& written);

} // namespace volumeviz::persistence
