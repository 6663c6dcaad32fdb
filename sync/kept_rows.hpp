#pragma once

#include "messages/changes.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// Spares the rows of volumes that a complete list lacks without being proof that they are gone.
/// dockerd leaves the volumes of a driver that it does not find out of its list, without a warning:
///
/// | the row                                               | and the list lacks it     |
/// |-------------------------------------------------------|---------------------------|
/// | its driver is `local`                                 | it goes                   |
/// | another volume in the list has its driver             | it goes                   |
/// | its driver is one of `named` (/info, Plugins.Volume)  | it goes                   |
/// | its driver is none of these                           | it stays for an inspect   |
/// | a container's row mounts it, whatever its driver      | it stays for an inspect   |
///
/// For a list that is not complete this changes nothing: it deletes no row anyway.
void spare_by_driver(observed<volume>& list, const std::vector<std::string>& named);

/// The rows that the last complete list lacks and that stay. Each is inspected: the daemon's own
/// "no such volume" removes it. The store names a bounded number of them. Where there are more, the
/// next list also asks which drivers are there, so that a prune of thousands costs no inspects, and
/// what still stays is inspected in small turns: it is the driver that is away, and not a volume.
class kept_rows {
public:
  using predicate = std::function<bool(const std::string&)>;

  struct follow_up {
    std::vector<std::string> ask; ///< rows to inspect
    bool list_again = false;
  };

  /// A complete list is committed. It has spared the rows of `keys`, and so many `more`. `named`:
  /// it knew the drivers of /info. `waits`: this row has been asked about already, and waits.
  follow_up listed(const std::vector<std::string>& keys, std::uint64_t more, bool named,
                   const predicate& waits);
  /// Inspects are committed that found these there, or gone. True when the kind should be listed
  /// for the sake of the rows whose turn has not come: of this turn, only rows that `fail` are
  /// left.
  bool completed(const std::vector<std::string>& keys, const predicate& fail);

  bool contains(const std::string& key) const { return keys_.contains(key); }
  const std::set<std::string>& keys() const noexcept { return keys_; }
  /// Rows beyond `keys`: too many to be inspected one by one.
  std::uint64_t more() const noexcept { return more_; }
  /// Rows that are not inspected before their turn.
  std::uint64_t without_turn() const noexcept {
    return more_ == 0 ? 0 : more_ + keys_.size() - turn_.size();
  }

private:
  std::set<std::string> keys_;
  std::set<std::string> turn_; ///< those of them that are inspected now
  std::uint64_t more_ = 0;
  bool progress_ = false; ///< a row was settled since the last list
};

} // namespace volumeviz::sync
