#pragma once

#include "persistence/history.hpp"
#include "persistence/inventory.hpp"
#include "tests/simulation/past.hpp"

#include <boost/json/object.hpp>

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// The key of a row that is recorded; the parts that do not apply are empty.
struct row_key {
  std::string kind, volume, container, path;
  friend auto operator<=>(const row_key&, const row_key&) = default;
};
std::string describe(const row_key& x);

/// What a change made of a row.
struct row_version {
  std::int64_t id = 0;
  timestamp at = never, not_before = never; ///< as recorded
  std::string source;
  std::optional<boost::json::object> row; ///< nothing: it was removed
  nanoseconds committed{0};               ///< by the machine's time
};

/// All versions of all rows, as the changes tell them: the definition of "as of a moment".
class recorded_past {
public:
  /// The next change. Returns the version that it made.
  const row_version& add(const persistence::change_row& change, nanoseconds committed);
  void clear() { versions_.clear(); }

  /// Oldest first.
  const std::vector<row_version>& versions_of(const row_key& key) const;
  const std::map<row_key, std::vector<row_version>>& all() const noexcept { return versions_; }
  /// What the last change until this moment made of the row; null: there was no change yet.
  const row_version* last_change(const row_key& key, timestamp moment) const;
  /// The version at this moment; null when there was no row.
  const row_version* version_at(const row_key& key, timestamp moment) const;

  /// What the product says about this moment, where it differs. `asked`: the moment that it is
  /// asked for.
  std::optional<std::string> difference(persistence::inventory& from, timestamp moment,
                                        timestamp asked) const;

private:
  std::map<row_key, std::vector<row_version>> versions_;
};

row_key key_of(const persistence::change_row& x);
timestamp time_in(const std::string& iso);

} // namespace volumeviz::simulation
