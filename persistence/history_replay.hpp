#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace volumeviz::persistence {

/// A change as it is replayed. `key`: kind, host and the key's other parts, as text for people.
struct replayed_change {
  std::int64_t id = 0;
  std::string_view key, operation;
  std::string_view old_row, new_row, before; ///< JSON; empty: NULL
};

/// Replays changes in the order of their ids, and compares what comes out with the rows. The row of
/// a key whose first change is no creation is older than the history: it is taken from that change.
class history_replay {
public:
  void apply(const replayed_change& change);
  /// A row of today. `may_be_older`: it may have no change, since it is as old as the history.
  void compare(std::string_view key, std::string_view row, bool may_be_older);
  /// After all rows: what is left has no row.
  void finish();

  std::uint64_t differences() const noexcept { return differences_; }
  /// The first of them, a line each.
  const std::vector<std::string>& lines() const noexcept { return lines_; }

private:
  using object = boost::json::object;

  void report(std::string_view key, const std::string& what);
  void update(object& row, const replayed_change& change);

  std::unordered_map<std::string, object> rows_;
  std::unordered_set<std::uint64_t> removed_; ///< hashes of keys
  std::uint64_t differences_ = 0;
  std::vector<std::string> lines_;
};

} // namespace volumeviz::persistence
