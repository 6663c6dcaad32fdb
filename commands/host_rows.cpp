#include "commands/host_rows.hpp"

#include <chrono>
#include <cstdio>
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
      x.last_heard = moment_of(row.last_seen_at);
      x.verified_at = moment_of(row.verified_at);
      all.push_back(std::move(x));
    }
    what.cursor = page->next;
  } while (!what.cursor.empty());
  return all;
}

timestamp moment_of(const std::string& iso) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(iso.c_str(), "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d", &year, &month, &day, &hour, &minute,
                  &second)
      != 6)
    return never;
  using namespace std::chrono;
  const sys_days date{std::chrono::year{year} / month / day};
  return nanoseconds{date.time_since_epoch()}.count()
         + nanoseconds{hours{hour} + minutes{minute} + seconds{second}}.count();
}

} // namespace volumeviz::commands
