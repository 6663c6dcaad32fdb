#include "persistence/counting.hpp"

#include "persistence/connection_pool.hpp"
#include "persistence/guarded_read.hpp"
#include "persistence/list_statement.hpp"

#include <utility>

namespace volumeviz::persistence {

namespace {

class sql_row_counter final : public row_counter {
public:
  sql_row_counter(address at, const database& where)
      : pool_{std::move(at), where.call_limit, where.keeper} {}

  result<inventory_counts> count(const std::string& host) override {
    return guarded_read(
        "counting the rows of " + pool_.where().display, [&]() -> result<inventory_counts> {
          return pool_.with_connection([&](session& on) { return counted(on, host); });
        });
  }

private:
  static inventory_counts counted(session& on, const std::string& host) {
    row_filter f{on.kind()};
    f.equals("host", host);
    const auto rows_of = [&](const std::string& columns, const std::string& table,
                             const std::string& group, std::size_t width) {
      return on.query("SELECT " + columns + " FROM " + table + " t" + f.where() + group, f.values(),
                      width);
    };
    inventory_counts all;
    for (const auto& r :
         rows_of("t.host, t.driver, count(*)", "volumes", " GROUP BY t.host, t.driver", 3)) {
      all.volumes[{r[0], r[1]}] = std::stoull(r[2]);
      all.orphaned_volumes[r[0]] = 0;
      all.mounts[r[0]] = 0;
    }
    for (const auto& r : on.query("SELECT t.host, count(*) FROM volumes t" + f.where()
                                      + (f.where().empty() ? " WHERE" : " AND")
                                      + " NOT EXISTS (SELECT 1 FROM volume_mounts m WHERE m.host = "
                                        "t.host AND m.volume_id = t.volume_id) GROUP BY t.host",
                                  f.values(), 2))
      all.orphaned_volumes[r[0]] = std::stoull(r[1]);
    for (const auto& r :
         rows_of("t.host, t.state, count(*)", "containers", " GROUP BY t.host, t.state", 3))
      all.containers[{r[0], r[1]}] = std::stoull(r[2]);
    for (const auto& r : rows_of("t.host, count(*)", "volume_mounts", " GROUP BY t.host", 2))
      all.mounts[r[0]] = std::stoull(r[1]);
    all.changes = std::stoull(rows_of("count(*)", "changes", "", 1).at(0)[0]);
    return all;
  }

  connection_pool pool_;
};

} // namespace

result<std::unique_ptr<row_counter>> open_row_counter(const database& where) {
  return open_reader<sql_row_counter, row_counter>(where);
}

} // namespace volumeviz::persistence
