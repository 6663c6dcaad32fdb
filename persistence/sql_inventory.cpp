#include "persistence/connection_pool.hpp"
#include "persistence/cursor.hpp"
#include "persistence/inventory.hpp"

#include <boost/json.hpp>

namespace volumeviz::persistence {

namespace {

constexpr int largest_page = 1000;
/// A page ends with the row that reaches this: each of a thousand rows may have megabytes.
constexpr std::size_t most_bytes = std::size_t{8} << 20;

/// What a page of one table consists of.
struct listing {
  std::string table;
  /// The columns of the key, which order the pages; also the first of `columns`.
  std::vector<std::string> key;
  std::vector<std::string> columns; ///< expressions
  /// Expression for the bytes of a row's columns that may be long; empty: there are none.
  std::string bytes = {};
};

std::string joined(const std::vector<std::string>& parts, const std::string& prefix = {}) {
  std::string result;
  for (const auto& part : parts)
    result += (result.empty() ? "" : ", ") + prefix + part;
  return result;
}

/// The conditions of a query and their parameters.
class filter {
public:
  explicit filter(dialect kind) : sqlite_{kind == dialect::sqlite} {}

  void add(const std::string& condition) {
    text_ += (text_.empty() ? " WHERE " : " AND ") + condition;
  }

  /// A placeholder for this value.
  std::string bound(const std::string& value) {
    const auto name = std::string{"p"} + std::to_string(values_.size());
    values_.push_back({name, value});
    return ':' + name + (sqlite_ ? "" : "::text");
  }

  void equals(const std::string& column, const std::string& value) {
    if (!value.empty())
      add("t." + column + " = " + bound(value));
  }

  void after(const std::vector<std::string>& key, const std::vector<std::string>& last) {
    if (last.empty())
      return;
    std::vector<std::string> places;
    places.reserve(last.size());
    for (const auto& part : last)
      places.push_back(bound(part));
    add('(' + joined(key, "t.") + ") > (" + joined(places) + ')');
  }

  void has_label(const std::pair<std::string, std::string>& label) {
    const auto key = bound(label.first), value = bound(label.second);
    add(sqlite_ ? "EXISTS (SELECT 1 FROM json_each(t.labels) l WHERE l.key = " + key
                      + " AND l.value = " + value + ")"
                : "t.labels @> jsonb_build_object(" + key + ", " + value + ")");
  }

  const std::string& text() const noexcept { return text_; }
  const parameters& values() const noexcept { return values_; }

private:
  bool sqlite_;
  std::string text_;
  parameters values_;
};

/// No row has a NUL. PostgreSQL's protocol would end the text there.
bool has_nul(const query& what) {
  const auto nul = [](const std::string& x) { return x.find('\0') != std::string::npos; };
  return nul(what.host) || nul(what.driver)
         || (what.label && (nul(what.label->first) || nul(what.label->second)));
}

class sql_inventory final : public inventory {
public:
  sql_inventory(address at, const database& where)
      : pool_{std::move(at), where.call_limit, where.keeper} {}

  result<page<volume_row>> volumes(const query& what) override {
    const listing from{"volumes",
                       {"host", "volume_id"},
                       {"t.host", "t.volume_id", "t.name", "t.driver", "t.mountpoint",
                        json("labels"), json("options"), "t.scope", "t.status", time("created_at"),
                        time("updated_at"), truth("is_active"), mounting_containers()},
                       length("labels") + " + " + length("options") + " + " + length_of_mounts()};
    const auto restrict = [&](filter& f) {
      f.equals("driver", what.driver);
      if (what.label)
        f.has_label(*what.label);
      if (what.orphaned)
        f.add("NOT EXISTS (SELECT 1 FROM volume_mounts m WHERE m.host = t.host AND m.volume_id = "
              "t.volume_id)");
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
                        mounted_by_from(r[12])};
    });
  }

  result<page<container_row>> containers(const query& what) override {
    const listing from{"containers",
                       {"host", "container_id"},
                       {"t.host", "t.container_id", "t.name", "t.image", "t.state", "t.status",
                        json("labels"), time("started_at"), time("finished_at"), time("created_at"),
                        time("updated_at"), truth("is_active")},
                       length("labels")};
    return list<container_row>(
        from, what, [](filter&) {},
        [](text_row& r) {
          return container_row{r[0], r[1], r[2], r[3], r[4],  r[5],
                               r[6], r[7], r[8], r[9], r[10], r[11] == "1"};
        });
  }

  result<page<mount_row>> mounts(const query& what) override {
    const listing from{"volume_mounts",
                       {"host", "volume_id", "container_id", "mount_path"},
                       {"t.host", "t.volume_id", "t.container_id", "t.mount_path", "t.access_mode",
                        time("created_at"), time("updated_at"), truth("is_active")}};
    return list<mount_row>(
        from, what, [](filter&) {},
        [](text_row& r) {
          return mount_row{r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] == "1"};
        });
  }

  result<page<host_row>> hosts(const query& what) override {
    const listing from{"hosts",
                       {"host"},
                       {"t.host", "t.engine_id", "t.engine_version", time("first_seen_at"),
                        time("last_seen_at"), time("verified_at")}};
    return list<host_row>(
        from, what, [](filter&) {},
        [](text_row& r) { return host_row{r[0], r[1], r[2], r[3], r[4], r[5]}; });
  }

  result<void> check() override {
    return guarded("asking " + pool_.where().display, [&]() -> result<void> {
      pool_.with_connection([](session& on) {
        require_current_schema(on);
        return 0;
      });
      return {};
    });
  }

private:
  bool sqlite() const noexcept { return pool_.where().kind == dialect::sqlite; }

  std::string json(const std::string& column) const {
    return "t." + column + (sqlite() ? "" : "::text");
  }
  std::string length(const std::string& column) const {
    return sqlite() ? "length(CAST(t." + column + " AS BLOB))"
                    : "octet_length(t." + column + "::text)";
  }
  std::string length_of_mounts() const {
    return std::string{"(SELECT coalesce(sum(200 + length(m.mount_path)), 0) FROM volume_mounts m "
                       "WHERE m.host = t.host AND m.volume_id = t.volume_id)"};
  }
  std::string truth(const std::string& column) const {
    return "t." + column + (sqlite() ? "" : "::int::text");
  }
  std::string time(const std::string& column) const {
    return sqlite() ? "t." + column
                    : "to_char(t." + column
                          + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
  }

  /// A part of the same statement, so that a volume and its containers are of the same moment.
  std::string mounting_containers() const {
    // CROSS JOIN keeps SQLite from walking through all containers of the host for each volume.
    const auto from = std::string{" FROM volume_mounts m "} + (sqlite() ? "CROSS" : "INNER")
                      + " JOIN containers c ON c.host = m.host AND c.container_id = m.container_id "
                        "WHERE m.host = t.host AND m.volume_id = t.volume_id";
    const std::string fields = "(c.container_id, c.name, c.state, m.mount_path, m.access_mode)";
    const std::string order = " ORDER BY c.container_id, m.mount_path";
    return sqlite() ? "(SELECT json_group_array(json(one)) FROM (SELECT json_array" + fields
                          + " AS one" + from + order + "))"
                    : "coalesce((SELECT jsonb_agg(jsonb_build_array" + fields + order + ")" + from
                          + "), '[]')::text";
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
    const auto last = decode_cursor(what.cursor, from.table, from.key.size());
    if (!last)
      return tl::unexpected{last.error()};
    if (has_nul(what))
      return page<Row>{};
    filter f{pool_.where().kind};
    f.equals("host", what.host);
    f.after(from.key, *last);
    restrict(f);
    const auto sql = statement(from, f, what.limit);
    return guarded(
        "listing " + from.table + " from " + pool_.where().display, [&]() -> result<page<Row>> {
          auto rows = pool_.with_connection(
              [&](session& on) { return on.query(sql, f.values(), from.columns.size() + 1); });
          page<Row> found;
          const auto is_last = rows.empty() || std::stoull(rows.front().back()) <= rows.size();
          const auto most = static_cast<std::size_t>(what.limit);
          const auto more = !is_last || rows.size() > most;
          if (rows.size() > most)
            rows.pop_back();
          if (more)
            found.next = encode_cursor(
                from.table, {rows.back().begin(),
                             rows.back().begin() + static_cast<std::ptrdiff_t>(from.key.size())});
          for (auto& row : rows)
            found.items.push_back(make_row(row));
          return found;
        });
  }

  /// Selects the columns of a page's rows and the number of rows, one more than asked for at most:
  /// the additional row shows that there is a next page. Selects fewer rows when they are very
  /// long.
  static std::string statement(const listing& from, const filter& f, int limit) {
    const auto order = " ORDER BY " + joined(from.key, "t.");
    const auto rows = "(SELECT t.* FROM " + from.table + " t" + f.text() + order + " LIMIT "
                      + std::to_string(limit + 1) + ") t";
    if (from.bytes.empty())
      return "SELECT " + joined(from.columns) + ", count(*) OVER () FROM " + rows + order;
    return "SELECT " + joined(from.columns)
           + ", t.rows_found FROM (SELECT t.*, count(*) OVER () AS rows_found, coalesce(sum("
           + from.bytes + ") OVER (" + order.substr(1)
           + " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before FROM " + rows
           + ") t WHERE t.bytes_before < " + std::to_string(most_bytes) + order;
  }

  template <class Work>
  static auto guarded(const std::string& attempted, Work work) -> decltype(work()) {
    try {
      return work();
    } catch (const sql_error& e) {
      return tl::unexpected{to_failure(e, attempted)};
    } catch (const std::exception& e) {
      return fail(ec::internal, attempted + ": " + e.what());
    }
  }

  connection_pool pool_;
};

} // namespace

result<std::unique_ptr<inventory>> open_inventory(const database& where) {
  auto address = parse_url(where.url);
  if (!address)
    return tl::unexpected{address.error()};
  return std::make_unique<sql_inventory>(std::move(*address), where);
}

} // namespace volumeviz::persistence
