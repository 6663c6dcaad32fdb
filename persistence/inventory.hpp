#pragma once

#include "messages/error.hpp"
#include "persistence/store.hpp"
#include "text/timestamp.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

/// Rows as they are recorded. Times are ISO 8601 UTC text, empty for NULL; labels and options are
/// JSON text.
struct mounted_by {
  std::string container_id, container_name, container_state, mount_path, access_mode;
};
/// Who used a volume last: docs/database.md defines it. Empty texts: not known, or not applicable.
struct volume_usage {
  std::string last_used_at;
  std::string container_id, container_name, container_image; ///< of the use at `last_used_at`
  std::string orphaned_since;                                ///< no container has it mounted
};
struct volume_row {
  std::string host, volume_id, name, driver, mountpoint, labels, options, scope, status, created_at,
      updated_at;
  bool is_active = true;
  std::vector<mounted_by> containers; ///< those that mount it, running or not
  std::string project = {};           ///< see query::project; not in answers as of a moment
  std::optional<volume_usage> usage =
      {}; ///< not in answers as of a moment: only its last value is kept
};
struct mounted_volume {
  std::string volume_id, mount_path, access_mode;
};
struct container_row {
  std::string host, container_id, name, image, state, status, labels;
  std::string started_at, finished_at, created_at, updated_at;
  bool is_active = false;
  std::optional<std::vector<mounted_volume>> mounts = {}; ///< only with query::with_mounts
};
struct mount_row {
  std::string host, volume_id, container_id, mount_path, access_mode, created_at, updated_at;
  bool is_active = true;
};
struct host_row {
  std::string host, engine_id, engine_version, first_seen_at, last_seen_at, verified_at;
};

/// What uses a volume. Those that no container has mounted are query::orphaned.
enum class volume_use {
  any,
  in_use,  ///< a running container has it mounted
  stopped, ///< only containers that do not run have it mounted
};

/// Which rows; empty fields do not restrict. Fields without a remark are of volumes and containers.
struct query {
  int limit = 100;         ///< rows of a page; fewer when rows are very long
  std::string cursor = {}; ///< page<T>::next of the page before
  std::string host = {};
  std::string volume = {};    ///< volumes, mounts: the volume's name
  std::string container = {}; ///< containers, mounts: the id, or 12 or more digits that begin it
  bool orphaned = false;      ///< volumes: mounted by no container, running or not
  std::string driver = {};    ///< volumes
  std::optional<std::pair<std::string, std::string>> label = {}; ///< key and value
  /// The rows as they were at this moment; not for hosts. ec::bad_request when it is in the future,
  /// or before the history begins, and with a filter or an order that needs today's mounts.
  std::optional<timestamp> at = {};
  std::string label_key = {}; ///< with any value
  /// Of the labels that Compose and Swarm set; of a volume without them, the first by name of the
  /// containers that mount it.
  std::string project = {};
  /// A part of the name, of a container also of the image or the beginning of the id; ASCII letters
  /// in either case.
  std::string search = {};
  std::string state = {}; ///< containers
  volume_use use = volume_use::any;
  bool never_used = false; ///< volumes: not in use, and no use of it was ever recorded
  std::optional<timestamp> last_used_before = {}; ///< volumes: not in use since then
  std::string sort = {}; ///< one of volume_sorts() or container_sorts(); empty: by the key
  bool descending = false;
  bool counted = false;     ///< page::total, too
  bool with_mounts = false; ///< containers: container_row::mounts, too
};

template <class Row>
struct page {
  std::vector<Row> items;
  std::string next;                        ///< empty: this was the last page
  std::optional<std::uint64_t> total = {}; ///< rows of all pages, see query::counted
};

/// The names of query::sort. In ascending order, rows without a value come last.
std::vector<std::string_view> volume_sorts();
std::vector<std::string_view> container_sorts();

/// The reading side. It has connections of its own, so readers and the writer do not wait for each
/// other. Thread-safe, blocking, bounded by database::call_limit. Changes nothing, not even the
/// schema. Errors: ec::bad_request for an invalid cursor, ec::store_unreachable, ec::store_schema.
class inventory {
public:
  virtual ~inventory() = default;
  virtual result<page<volume_row>> volumes(const query& what) = 0;
  virtual result<page<container_row>> containers(const query& what) = 0;
  virtual result<page<mount_row>> mounts(const query& what) = 0;
  virtual result<page<host_row>> hosts(const query& what) = 0;
  /// Succeeds when the database answers and its schema is this program's.
  virtual result<void> check() = 0;
};

/// Does not connect. Fails with ec::bad_request when the URL can't be understood.
result<std::unique_ptr<inventory>> open_inventory(const database& where);

} // namespace volumeviz::persistence
