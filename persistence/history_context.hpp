#pragma once

#include "messages/changes.hpp"
#include "persistence/history_options.hpp"
#include "persistence/session.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// Says to the triggers that record changes what the rows themselves do not show: when the changes
/// of a transaction happened, and what told them. Works inside the caller's transaction.
///
/// On PostgreSQL it is a setting of the transaction, `volumeviz.told`, in the round trip of the
/// first statement that may change a row: `{"HOST": {"at": when the list or inspect was answered,
/// "v": {"VOLUME": time of its event, …}, "c": {"CONTAINER": …}, "off": true without a history,
/// "verified": hosts.verified_at before the transaction}}`.
///
/// On SQLite they are rows of history_context, which no other connection ever sees: written just
/// before the first row changes, so that a reconciliation that finds nothing writes nothing, and
/// deleted before the commit. Kind `h` is the host itself, `v` a volume, `c` a container.
class history_context {
public:
  /// `now`: stands for an unknown change_batch::observed_at.
  history_context(session& on, const history_options& how, std::string now)
      : on_{on}, how_{how}, now_{std::move(now)} {}

  const history_rules& excluded() const noexcept { return how_.excluded; }

  /// To be called before anything of these batches is written: hosts.verified_at is the one before.
  /// Each batch is of another host, and must outlive the round.
  void begin_round(const std::vector<const change_batch*>& batches);
  /// PostgreSQL: before a statement that may change rows of these batches.
  void rows_may_change();
  /// SQLite: before a row of this host changes.
  void row_changes(const std::string& host);
  /// Before the commit; `hosts` have been written. On PostgreSQL also notifies those who LISTEN.
  void end();

private:
  void tell_postgresql();
  void tell_sqlite(const change_batch& batch);
  std::string verified_before(const std::string& host);

  session& on_;
  const history_options& how_;
  std::string now_;
  std::map<std::string_view, const change_batch*> untold_; ///< the round's, by host
  std::map<std::string, std::string> verified_before_;     ///< by host, where the round changes it
  std::set<std::string> told_;                             ///< hosts
};

} // namespace volumeviz::persistence
