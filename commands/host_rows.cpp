#include "commands/host_rows.hpp"

#include "text/iso_time.hpp"

#include <utility>

namespace volumeviz::commands {

result<std::vector<host_report>> recorded_hosts(persistence::inventory& rows) {
  std::vector<host_report> all;
  persistence::query what{.limit = 1000};
  do {
    auto page = rows.hosts(what);
    if (!page)
      return tl::unexpected{page.error()};
    for (const auto& row : page->items) {
      host_report x;
      x.host = row.host;
      x.engine_id = row.engine_id;
      x.engine_version = row.engine_version;
      x.last_heard = text::parse_iso_time(row.last_seen_at).value_or(never);
      x.verified_at = text::parse_iso_time(row.verified_at).value_or(never);
      all.push_back(std::move(x));
    }
    what.cursor = page->next;
  } while (!what.cursor.empty());
  return all;
}

} // namespace volumeviz::commands
