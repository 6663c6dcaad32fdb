#include "persistence/history_check.hpp"

#include "persistence/guarded_read.hpp"
#include "persistence/history_replay.hpp"
#include "persistence/history_sql.hpp"
#include "persistence/list_statement.hpp"
#include "persistence/schema.hpp"

#include <span>

namespace volumeviz::persistence {

namespace {

constexpr std::chrono::minutes longest_statement{10};
constexpr std::int64_t changes_at_once = 2'000;

/// "volume web-1/shop_data", "mount web-1/shop_data/c1 at /data"
std::string key_text(std::string_view kind, std::string_view host, std::string_view volume,
                     std::string_view container, std::string_view path) {
  std::string text{kind};
  text.append(" ").append(host);
  for (const auto part : {volume, container})
    if (!part.empty())
      text.append("/").append(part);
  return path.empty() ? text : text.append(" at ").append(path);
}

class check {
public:
  explicit check(session& on) : on_{on}, texts_{on.kind()} {}

  history_report run() {
    replay_all();
    compare_all(volumes_table, volume_columns(), "t.volume_id, '', ''");
    compare_all(containers_table, container_columns(), "'', t.container_id, ''");
    compare_all(mounts_table, mount_columns(), "t.volume_id, t.container_id, t.mount_path");
    replay_.finish();
    found_.differences = replay_.differences();
    found_.lines = replay_.lines();
    return found_;
  }

private:
  void replay_all() {
    std::int64_t last = 0;
    std::size_t rows = 0;
    do {
      rows = 0;
      on_.each_row(
          "SELECT " + texts_.json("t.id")
              + ", t.kind, t.host, t.volume_id, t.container_id, t.mount_path, "
                "t.operation, "
              + texts_.json("t.old") + ", " + texts_.json("t.new") + ", " + texts_.json("t.before")
              + " FROM changes t LEFT JOIN history_hosts h ON h.host = t.host WHERE t.id > "
                "CAST(:last AS "
              + (on_.kind() == dialect::sqlite ? "INTEGER" : "bigint")
              + ") AND t.id > coalesce(h.trimmed_id, 0) ORDER BY t.id LIMIT "
              + std::to_string(changes_at_once),
          {{"last", std::to_string(last)}}, 10, [&](row_view r) {
            last = std::stoll(std::string{r[0]});
            ++rows;
            replay_.apply({last, key_text(r[1], r[2], r[3], r[4], r[5]), r[6], r[7], r[8], r[9]});
          });
      found_.changes += rows;
    } while (rows == static_cast<std::size_t>(changes_at_once));
  }

  void compare_all(const listed_table& table, std::span<const recorded_column> columns,
                   const std::string& key) {
    on_.each_row(
        "SELECT t.host, " + key + ", " + texts_.json(row_as_json(on_.kind(), columns, "t"))
            + ", CASE WHEN h.trimmed_id > 0 OR t.updated_at <= h.begins_at THEN '1' ELSE "
              "'' END FROM "
            + table.name + " t LEFT JOIN history_hosts h ON h.host = t.host WHERE t.in_history",
        {}, 6, [&](row_view r) {
          ++found_.rows;
          replay_.compare(key_text(table.kind, r[0], r[1], r[2], r[3]), r[4], !r[5].empty());
        });
  }

  session& on_;
  column_texts texts_;
  history_replay replay_;
  history_report found_;
};

} // namespace

result<history_report> check_history(const database& where) {
  const auto address = parse_url(where.url);
  if (!address)
    return tl::unexpected{address.error()};
  return guarded_read("checking the history in " + address->display,
                      [&]() -> result<history_report> {
                        session on{*address, session::purpose::read, longest_statement};
                        require_current_schema(on);
                        on.script(address->kind == dialect::sqlite
                                      ? "BEGIN"
                                      : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
                        return check{on}.run();
                      });
}

} // namespace volumeviz::persistence
