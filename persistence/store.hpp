#pragma once

#include "messages/changes.hpp"
#include "messages/error.hpp"
#include "persistence/history_options.hpp"
#include "runtime/deadlines.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// Where the inventory lives.
struct database {
  std::string url; ///< as in DATABASE_URL
  /// The longest time a call may take before it fails with ec::store_unreachable, also when the
  /// server hangs. A write of very many rows gets more, see persistence/write_time.hpp.
  std::chrono::milliseconds call_limit{5000};
  /// The most volumes, and containers, that one host may have (mounts: twice as many); further rows
  /// are rejected. 0: no limit, as for a node's own host.
  std::size_t rows_of_host = 0;
  history_options history{};
  /// The clock of a store that writes; null: this machine's. What triggers record of other clients
  /// has the database's own time.
  std::function<timestamp()> now{};
  /// Ends calls that have reached the limit.
  std::shared_ptr<deadline_keeper> keeper = std::make_shared<deadline_keeper>();
};

/// The writing side: the only part of the program that changes rows. Blocking; for one thread.
/// Connects at the first call, and again after the connection was lost; brings the schema up to
/// date at each connect. No call throws. After ec::store_unreachable a batch may or may not be
/// written: apply it again (writes are idempotent), or a newer observation of the same keys.
///
/// One writer per host: before it touches a host's rows, a store takes the host's lock in the
/// database, and keeps it while its connection lives. It never waits for a lock that another
/// process has.
class store {
public:
  virtual ~store() = default;
  /// Applies all batches, in order, in one transaction; returns one summary each. Touches a row
  /// only when something differs; `updated_at` moves only then. Batches of a host whose lock
  /// another process has are left out, and their summaries say so (write_summary::locked_out). A
  /// batch that removes more rows than one transaction should is not finished
  /// (write_summary::unfinished), nor are later batches of its host: apply them again, in the same
  /// order, before any other batch of that host.
  virtual result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) = 0;
  /// The same without committing, and without creating or changing a schema: the summaries say what
  /// would be done.
  virtual result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) = 0;
  /// A round trip, which shows that the database answers. A new connection takes the locks again
  /// that the connection before it held, unless another process has them by now.
  virtual result<void> ping() = 0;
  /// Hosts whose lock another process had at the last try, and the database's description of that
  /// process (may be empty). None in a store without locks.
  virtual std::map<std::string, std::string> locked_out() const { return {}; }
  /// Gives a host's lock back, so that another process can write its rows. When this fails, the
  /// connection and the lock have ended together.
  virtual result<void> release(const std::string&) { return {}; }
  /// Deletes some changes of this host that HISTORY_RETENTION and HISTORY_MAX_ROWS no longer allow,
  /// the oldest first: so few that a write that waits is hardly held up. Fails without the host's
  /// lock.
  virtual result<trimmed_history> trim_history(const std::string&) { return {}; }
};

/// Does not connect. Fails with ec::bad_request when the URL can't be understood.
result<std::unique_ptr<store>> open_store(const database& where);

struct migration_report {
  int from = 0; ///< the schema version before; 0: no schema
  int to = 0;   ///< the schema version now
};

/// A schema that is about to be migrated, and the rows that may have to be read for that.
struct migration_start {
  int from = 0;
  int to = 0;
  std::uint64_t volumes = 0;
  std::uint64_t containers = 0;
  std::uint64_t mounts = 0;
};
using migration_listener = std::function<void(const migration_start&)>;

/// Brings the schema up to date. Several processes may call it at once. `starting` is called before
/// an older schema is changed. ec::store_schema when the schema is newer than this program's, or an
/// applied step differs from this program's.
result<migration_report> migrate(const database& where, const migration_listener& starting = {});

/// A DATABASE_URL without its password, to be shown: "sqlite:///var/lib/x.db",
/// "postgresql://user@host:5432/name".
std::string display_url(const std::string& url);

} // namespace volumeviz::persistence
