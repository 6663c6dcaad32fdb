#include "persistence/as_of.hpp"
#include "persistence/connection_pool.hpp"
#include "persistence/cursor.hpp"
#include "persistence/guarded_read.hpp"
#include "persistence/history_begin.hpp"
#include "persistence/inventory.hpp"
#include "persistence/text.hpp"
#include "persistence/volume_usage.hpp"

#include <boost/json.hpp>

namespace volumeviz::persistence {

namespace {

constexpr int largest_page = 1000;

/// No row has a NUL. PostgreSQL's protocol would end the text there.
bool has_nul(const query& what) {
  const auto nul = [](const std::string& x) { return x.find('\0') != std::string::npos; };
  return nul(what.host) || nul(what.driver) || nul(what.volume) || nul(what.container)
         || (what.label && (nul(what.label->first) || nul(what.label->second)));
}

class sql_inventory final : public inventory {
public:
  sql_inventory(address at, const database& where)
      : pool_{std::move(at), where.call_limit, where.keeper} {}

  result<page<volume_row>> volumes(const query& what) override {
    const column_texts texts{kind()};
    listing from{volumes_table,
                 {"t.host", "t.volume_id", "t.name", "t.driver", "t.mountpoint",
                  texts.json("t.labels"), texts.json("t.options"), "t.scope", "t.status",
                  texts.time("t.created_at"), texts.time("t.updated_at"),
                  texts.truth("t.is_active")}};
    from.columns.push_back(what.at ? containers_then() : containers_now());
    from.columns.push_back(what.at ? "''" : usage_of_volume(kind(), now_literal()));
    from.bytes = texts.bytes_of_json("t.labels") + " + " + texts.bytes_of_json("t.options") + " + "
                 + bytes_of_mounts(what.at ? "mounts_then" : "volume_mounts");
    const auto restrict = [&](row_filter& f, const rows_as_of* then) {
      f.equals("volume_id", what.volume);
      f.equals("driver", what.driver);
      if (what.label)
        f.has_label(*what.label);
      if (what.orphaned)
        f.add(then != nullptr ? then->is_orphaned()
                              : "NOT EXISTS (SELECT 1 FROM volume_mounts m WHERE m.host = t.host "
                                "AND m.volume_id = t.volume_id)");
      if (then != nullptr) {
        from.before_page = then->ended_mounts();
        from.after_page = then->mounts_of_page();
      }
    };
    return list<volume_row>(from, what, restrict, [](text_row& r) {
      return volume_row{r[0],
                        r[1],
                        r[2],
                        r[3],
                        r[4],
                        r[5],
                        r[6],
                        r[7],
                        r[8],
                        r[9],
                        r[10],
                        r[11] == "1",
                        mounted_by_from(r[12]),
                        usage_from(r[13])};
    });
  }

  result<page<container_row>> containers(const query& what) override {
    const column_texts texts{kind()};
    const listing from{containers_table,
                       {"t.host", "t.container_id", "t.name", "t.image", "t.state", "t.status",
                        texts.json("t.labels"), texts.time("t.started_at"),
                        texts.time("t.finished_at"), texts.time("t.created_at"),
                        texts.time("t.updated_at"), texts.truth("t.is_active")},
                       texts.bytes_of_json("t.labels")};
    const auto restrict = [&](row_filter& f, const rows_as_of*) { f.container(what.container); };
    return list<container_row>(from, what, restrict, [](text_row& r) {
      return container_row{r[0], r[1], r[2], r[3], r[4],  r[5],
                           r[6], r[7], r[8], r[9], r[10], r[11] == "1"};
    });
  }

  result<page<mount_row>> mounts(const query& what) override {
    const column_texts texts{kind()};
    const listing from{mounts_table,
                       {"t.host", "t.volume_id", "t.container_id", "t.mount_path", "t.access_mode",
                        texts.time("t.created_at"), texts.time("t.updated_at"),
                        texts.truth("t.is_active")}};
    const auto restrict = [&](row_filter& f, const rows_as_of*) {
      f.equals("volume_id", what.volume);
      f.container(what.container);
    };
    return list<mount_row>(from, what, restrict, [](text_row& r) {
      return mount_row{r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] == "1"};
    });
  }

  result<page<host_row>> hosts(const query& what) override {
    if (what.at)
      return fail(ec::bad_request, "the history has no hosts: leave the moment out");
    const column_texts texts{kind()};
    const listing from{hosts_table,
                       {"t.host", "t.engine_id", "t.engine_version", texts.time("t.first_seen_at"),
                        texts.time("t.last_seen_at"), texts.time("t.verified_at")}};
    const auto restrict = [](row_filter&, const rows_as_of*) {};
    return list<host_row>(from, what, restrict,
                          [](text_row& r) { return host_row{r[0], r[1], r[2], r[3], r[4], r[5]}; });
  }

  result<void> check() override {
    return guarded_read("asking " + pool_.where().display, [&]() -> result<void> {
      pool_.with_connection([](session& on) {
        require_current_schema(on);
        return 0;
      });
      return {};
    });
  }

private:
  dialect kind() const noexcept { return pool_.where().kind; }
  bool sqlite() const noexcept { return kind() == dialect::sqlite; }

  std::string now_literal() const {
    const auto now = current_time();
    return sqlite() ? "'" + now + "'" : "'" + now.substr(0, 26) + "Z'::text";
  }

  static std::string bytes_of_mounts(const std::string& table) {
    return "(SELECT coalesce(sum(200 + length(m.mount_path)), 0) FROM " + table
           + " m WHERE m.host = t.host AND m.volume_id = t.volume_id)";
  }

  /// The containers that mount volume `t`, as an array of arrays. A part of the same statement, so
  /// that a volume and its containers are of the same moment.
  std::string containers_array(const std::string& fields, const std::string& from) const {
    const std::string order = " ORDER BY m.container_id, m.mount_path";
    const auto of_volume = " WHERE m.host = t.host AND m.volume_id = t.volume_id";
    return sqlite() ? "(SELECT json_group_array(json(one)) FROM (SELECT json_array(" + fields
                          + ") AS one FROM " + from + of_volume + order + "))"
                    : "coalesce((SELECT jsonb_agg(jsonb_build_array(" + fields + ")" + order
                          + ") FROM " + from + of_volume + "), '[]')::text";
  }

  std::string containers_now() const {
    // CROSS JOIN keeps SQLite from walking through all containers of the host for each volume.
    return containers_array("c.container_id, c.name, c.state, m.mount_path, m.access_mode",
                            std::string{"volume_mounts m "} + (sqlite() ? "CROSS" : "INNER")
                                + " JOIN containers c ON c.host = m.host AND c.container_id = "
                                  "m.container_id");
  }

  std::string containers_then() const {
    const std::string name = sqlite() ? "json_extract(m.container, '$[0]')" : "m.container->0";
    const std::string state = sqlite() ? "json_extract(m.container, '$[1]')" : "m.container->1";
    return containers_array("m.container_id, " + name + ", " + state
                                + ", m.mount_path, m.access_mode",
                            "(SELECT * FROM mounts_then WHERE container IS NOT NULL) m");
  }

  static std::vector<mounted_by> mounted_by_from(const std::string& text) {
    std::vector<mounted_by> result;
    const auto json = boost::json::parse(text);
    for (const auto& one : json.as_array()) {
      const auto field = [&](std::size_t i) {
        return std::string{std::string_view{one.as_array().at(i).as_string()}};
      };
      result.push_back({field(0), field(1), field(2), field(3), field(4)});
    }
    return result;
  }

  template <class Row, class Restrict, class MakeRow>
  result<page<Row>> list(const listing& from, const query& what, Restrict restrict,
                         MakeRow make_row) {
    if (what.limit < 1 || what.limit > largest_page)
      return fail(ec::bad_request, "limit must be 1 to " + std::to_string(largest_page));
    const auto last = decode_cursor(what.cursor, from.table.name, from.table.key.size());
    if (!last)
      return tl::unexpected{last.error()};
    if (has_nul(what))
      return page<Row>{};
    row_filter f{kind()};
    const auto host = f.equals("host", what.host);
    const auto then = what.at ? std::optional{rows_as_of{kind(), *what.at, host}} : std::nullopt;
    f.after(from.table.key, *last);
    restrict(f, then ? &*then : nullptr);
    const auto most = what.limit + 1;
    const auto rows = then ? then->rows(from.table, f, most) : rows_now(from.table, f, most);
    const auto sql = list_statement(from, rows);
    return guarded_read("listing " + from.table.name + " from " + pool_.where().display,
                        [&]() -> result<page<Row>> {
                          std::optional<failure> refused;
                          auto found = pool_.with_connection([&](session& on) {
                            auto answer = on.query(sql, f.values(), from.columns.size() + 1);
                            // After the rows: trimming meanwhile moves the begin.
                            if (what.at)
                              refused = no_history_at(on, *what.at, what.host);
                            return answer;
                          });
                          if (refused)
                            return tl::unexpected{*refused};
                          return page_of<Row>(from.table, what.limit, std::move(found), make_row);
                        });
  }

  template <class Row, class MakeRow>
  static page<Row> page_of(const listed_table& table, int limit, std::vector<text_row> rows,
                           MakeRow make_row) {
    page<Row> found;
    const auto most = static_cast<std::size_t>(limit);
    const auto is_last = rows.empty() || std::stoull(rows.front().back()) <= rows.size();
    const auto more = !is_last || rows.size() > most;
    if (rows.size() > most)
      rows.pop_back();
    if (more)
      found.next = encode_cursor(
          table.name, {rows.back().begin(),
                       rows.back().begin() + static_cast<std::ptrdiff_t>(table.key.size())});
    for (auto& row : rows)
      found.items.push_back(make_row(row));
    return found;
  }

  connection_pool pool_;
};

} // namespace

result<std::unique_ptr<inventory>> open_inventory(const database& where) {
  return open_reader<sql_inventory, inventory>(where);
}

} // namespace volumeviz::persistence
