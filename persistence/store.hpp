#pragma once

#include "messages/changes.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/deadlines.hpp"

namespace volumeviz::persistence {

/// Where the inventory lives.
struct database {
  std::string url; ///< as in DATABASE_URL
  /// The most that any one call may take before it fails with ec::store_unreachable; bounds a hung
  /// server, too.
  std::chrono::milliseconds call_limit{5000};
  /// The most volumes, and containers, that one host may have when it is written (mounts: twice as
  /// many); what is beyond is rejected. 0: no limit, as for a node's own host.
  std::size_t rows_of_host = 0;
  /// Ends calls that have reached the limit.
  std::shared_ptr<deadline_keeper> keeper = std::make_shared<deadline_keeper>();
};

/// The writing side: the only thing in the program that changes rows. Blocking; one thread.
/// Connects when first used and again after the connection was lost; brings the schema up to date
/// at each connect. No call throws. After ec::store_unreachable nothing is known about the batch:
/// apply it again (writes are idempotent), or a newer observation of the same keys.
///
/// One writer a host: before it touches a host's rows, a store gets the host's lock in the
/// database, and keeps it as long as its connection lives. It never waits for one that somebody
/// else has.
class store {
public:
  virtual ~store() = default;
  /// Applies all batches, in order, in one transaction; one summary each. Touches a row only when
  /// something differs; `updated_at` moves only then. Batches of a host whose lock another process
  /// has are left out and their summaries say so (write_summary::locked_out). A batch that removes
  /// more rows than one transaction should is not finished (write_summary::unfinished), nor are
  /// later ones of its host: apply them again, in the same order, before any other of that host.
  virtual result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) = 0;
  /// The same without committing, and without making or changing a schema: what would be done.
  virtual result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) = 0;
  /// A round trip, to know that the database answers. On a new connection the locks that were held
  /// on the one before are got again, if nobody else has them by now.
  virtual result<void> ping() = 0;
  /// Hosts whose lock another process had when it was last tried, and who that is as far as the
  /// database can tell (may be empty). None in a store without locks.
  virtual std::map<std::string, std::string> locked_out() const { return {}; }
  /// Gives a host's lock back, so that another process can write its rows. When this fails the
  /// connection has ended, and the lock with it.
  virtual result<void> release(const std::string&) { return {}; }
};

/// Does not connect. Fails with ec::bad_request when the URL can't be understood.
result<std::unique_ptr<store>> open_store(const database& where);

struct migration_report {
  int from = 0; ///< schema version found; 0: none
  int to = 0;   ///< schema version now
};

/// Brings the schema up to date; safe when several processes try at once. ec::store_schema when the
/// schema is newer than this program or a migration that was applied has changed since.
result<migration_report> migrate(const database& where);

/// A DATABASE_URL for people, without its password: "sqlite:///var/lib/x.db" or
/// "postgresql://user@host:5432/name".
std::string display_url(const std::string& url);

} // namespace volumeviz::persistence
