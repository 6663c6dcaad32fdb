#pragma once

#include "messages/changes.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// Spares the rows of volumes that a complete list lacks but that may still exist. dockerd leaves
/// the volumes of a driver that it does not find out of its list, without a warning:
///
/// | the list lacks a volume whose                         | then its row              |
/// |-------------------------------------------------------|---------------------------|
/// | driver is `local`                                     | is deleted                |
/// | driver is that of another volume in the list          | is deleted                |
/// | driver is one of `named` (/info, Plugins.Volume)      | is deleted                |
/// | driver is any other                                   | stays, for an inspect     |
/// | row is mounted by a container's row, for any driver   | stays, for an inspect     |
///
/// Does nothing for a partial list, which deletes no rows.
void spare_by_driver(observed<volume>& list, const std::vector<std::string>& named);

/// The rows that the last complete list lacks and that stay. Each is inspected, and the daemon's
/// own "no such volume" removes it. The store names a bounded number of them. When there are more,
/// the next list also asks which drivers the daemon has, so that a prune of thousands of volumes
/// needs no inspects. Rows that still stay are inspected in small turns, since probably a driver is
/// away and not a volume.
class kept_rows {
public:
  using predicate = std::function<bool(const std::string&)>;

  struct follow_up {
    /// Rows to inspect.
    std::vector<std::string> ask;
    bool list_again = false;
  };

  /// A complete list is committed. It has spared the rows of `keys` and this many `more`. `named`:
  /// the list knew the drivers of /info. `waits`: the row already waits for an inspect.
  follow_up listed(const std::vector<std::string>& keys, std::uint64_t more, bool named,
                   const predicate& waits);
  /// Inspects are committed that found these volumes, or "no such volume". True when the kind
  /// should be listed to begin the next turn: the inspects of all rows that are left in this turn
  /// `fail`.
  bool completed(const std::vector<std::string>& keys, const predicate& fail);

  bool contains(const std::string& key) const { return keys_.contains(key); }
  const std::set<std::string>& keys() const noexcept { return keys_; }
  /// How many rows stay besides `keys`. The store did not name them.
  std::uint64_t more() const noexcept { return more_; }
  /// How many rows wait for a later turn.
  std::uint64_t without_turn() const noexcept {
    return more_ == 0 ? 0 : more_ + keys_.size() - turn_.size();
  }

private:
  std::set<std::string> keys_;
  /// Those of keys_ that are inspected in this turn.
  std::set<std::string> turn_;
  std::uint64_t more_ = 0;
  /// A row has left keys_ since the last list.
  bool progress_ = false;
};

} // namespace volumeviz::sync
