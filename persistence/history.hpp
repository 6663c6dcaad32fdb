#pragma once

#include "messages/error.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// A row of `changes`, as it is recorded: docs/database.md has its columns. Times are ISO 8601 UTC
/// text, `old_row` and `new_row` JSON objects as text. Empty: NULL, or not known.
struct change_row {
  std::int64_t id = 0;
  std::string host, kind, operation, volume_id, container_id, mount_path, name, image;
  std::string at, not_before, source, old_row, new_row, recorded_at;
};

/// Which changes; empty fields do not restrict.
struct change_filter {
  std::string host = {};
  std::string kind = {};      ///< volume, container or mount
  std::string operation = {}; ///< create, update or remove
  std::string volume = {};
  std::string container = {}; ///< its id, a unique prefix of it with 12 or more digits, or its name
  std::string source = {};    ///< event, reconciliation or client
};

/// Whether the filter lets the change through, as changes() decides. Does not see whether a prefix
/// of a container's id is unique: changes() refuses one that is not.
bool matches(const change_filter& which, const change_row& change);

/// What is wrong with the words of a filter; nothing when all are known.
std::optional<failure> unknown_word(const change_filter& which);

/// Whether a text can be a container's id or the beginning of one: 12 to 64 hexadecimal digits.
bool is_id_prefix(std::string_view text);

/// A cursor is the id of a change. Also valid are 0 (before all changes), and ids whose change was
/// trimmed or is filtered out.
struct change_query {
  change_filter which = {};
  std::optional<std::int64_t> after = {};  ///< only changes with a greater id
  std::optional<std::int64_t> before = {}; ///< only changes with a smaller id
  bool ascending = false;                  ///< oldest first; else newest first
  int limit = 100;                         ///< 1 to 1000; fewer when changes are very long
};

struct change_page {
  std::vector<change_row> items;
  /// The cursor of the next page in this order: the last item's id. None: this was the last page.
  std::optional<std::int64_t> next;
  /// The bound that this page was read with, see history_bounds::settled. A reader that follows
  /// (ascending) and got the last page has seen everything up to it, and continues after the
  /// greater one of this and of its own cursor: the bound may be less than a cursor given out
  /// before.
  std::int64_t settled = 0;
};

/// What the history has, of all hosts or of one.
struct history_bounds {
  /// Every change up to this id is committed or will never be: a reader that has read so far
  /// misses none. It may fall back a little while several writers write.
  std::int64_t settled = 0;
  /// No change has a greater id yet, so no cursor is greater. Never falls back.
  std::int64_t newest = 0;
  /// The greatest id that was trimmed; 0: none was.
  std::int64_t trimmed = 0;
  /// Queries as of an earlier moment have no answer. Empty: there is no history yet.
  std::string begins_at;
};

/// Reads the history. Has connections of its own, as inventory has. Thread-safe, blocking, bounded
/// by database::call_limit. Changes nothing, not even the schema. Errors: ec::bad_request for what
/// the caller asked (a cursor that was never given out, an unknown kind, operation or source, a
/// prefix of several containers' ids), ec::store_unreachable, ec::store_schema.
class history {
public:
  virtual ~history() = default;
  /// Only changes that are settled. On PostgreSQL one round trip, and one more for a prefix of a
  /// container's id.
  virtual result<change_page> changes(const change_query& what) = 0;
  /// Empty `host`: of all hosts.
  virtual result<history_bounds> bounds(const std::string& host = {}) = 0;
  /// When a removed resource was removed: the time of the latest change of this key, if that is its
  /// removal; else empty. `container_id`: also a prefix, see change_filter.
  virtual result<std::string> volume_gone_at(const std::string& host,
                                             const std::string& volume_id) = 0;
  virtual result<std::string> container_gone_at(const std::string& host,
                                                const std::string& container_id) = 0;
};

/// Does not connect. Fails with ec::bad_request when the URL can't be understood.
result<std::unique_ptr<history>> open_history(const database& where);

} // namespace volumeviz::persistence
