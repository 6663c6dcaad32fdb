#include "persistence/list_gaps.hpp"

#include <utility>

namespace volumeviz::persistence {

void report_list_gaps(session& on, const std::string& host, write_summary& summary) {
  const bool sqlite = on.kind() == dialect::sqlite;
  const std::string host_parameter = sqlite ? ":host" : ":host::text";
  for (auto& row : on.query("SELECT container_id FROM containers WHERE host = " + host_parameter
                                + " AND started_at IS NULL AND state <> 'created'",
                            {{"host", host}}, 1))
    summary.needs_inspect.push_back(std::move(row[0]));
  const std::string seconds = sqlite ? "strftime('%s', verified_at)"
                                     : "floor(extract(epoch FROM verified_at))::bigint::text";
  const auto rows = on.query("SELECT " + seconds + " FROM hosts WHERE host = " + host_parameter,
                             {{"host", host}}, 1);
  if (!rows.empty() && !rows[0][0].empty())
    summary.verified_before = std::stoll(rows[0][0]) * 1'000'000'000;
}

} // namespace volumeviz::persistence
