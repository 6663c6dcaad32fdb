#include "persistence/as_of.hpp"
#include "persistence/connection_pool.hpp"
#include "persistence/cursor.hpp"
#include "persistence/guarded_read.hpp"
#include "persistence/history_begin.hpp"
#include "persistence/inventory.hpp"
#include "persistence/list_filters.hpp"
#include "persistence/list_order.hpp"
#include "persistence/text.hpp"
#include "persistence/volume_usage.hpp"
#include "persistence/volume_users.hpp"

#include <algorithm>

namespace volumeviz::persistence {

namespace {

constexpr int largest_page = 1000;

/// No row has a NUL. PostgreSQL's protocol would end the text there.
bool has_nul(const query& what) {
  const auto nul = [](const std::string& x) { return x.find('\0') != std::string::npos; };
  return nul(what.host) || nul(what.driver) || nul(what.volume) || nul(what.container)
         || nul(what.label_key) || nul(what.project) || nul(what.search) || nul(what.state)
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
    const bool now = !what.at;
    from.columns.push_back(now ? containers_now(kind()) : containers_then(kind()));
    from.columns.push_back(now ? usage_of_volume(kind(), now_literal()) : "''");
    from.columns.push_back(now ? project_of_volume(kind()) : "''");
    from.bytes = texts.bytes_of_json("t.labels") + " + " + texts.bytes_of_json("t.options") + " + "
                 + bytes_of_mounts(now ? "volume_mounts" : "mounts_then");
    const auto restrict = [&](row_filter& f, const rows_as_of* then) {
      restrict_volumes(f, kind(), what, then);
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
                        containers_from(r[12]),
                        r[14],
                        usage_from(r[13])};
    });
  }

  result<page<container_row>> containers(const query& what) override {
    const column_texts texts{kind()};
    listing from{containers_table,
                 {"t.host", "t.container_id", "t.name", "t.image", "t.state", "t.status",
                  texts.json("t.labels"), texts.time("t.started_at"), texts.time("t.finished_at"),
                  texts.time("t.created_at"), texts.time("t.updated_at"),
                  texts.truth("t.is_active")},
                 texts.bytes_of_json("t.labels")};
    if (what.with_mounts)
      from.columns.push_back(mounts_of_container(kind()));
    const auto restrict = [&](row_filter& f, const rows_as_of*) {
      restrict_containers(f, kind(), what);
    };
    return list<container_row>(from, what, restrict, [&](text_row& r) {
      container_row row{r[0], r[1], r[2], r[3], r[4],  r[5],
                        r[6], r[7], r[8], r[9], r[10], r[11] == "1"};
      if (what.with_mounts)
        row.mounts = mounts_from(r[12]);
      return row;
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

  template <class Row, class Restrict, class MakeRow>
  result<page<Row>> list(const listing& from, const query& what, Restrict restrict,
                         MakeRow make_row) {
    if (what.limit < 1 || what.limit > largest_page)
      return fail(ec::bad_request, "limit must be 1 to " + std::to_string(largest_page));
    if (auto refused = refused_as_of(from.table, what))
      return tl::unexpected{std::move(*refused)};
    const auto order = order_of(from.table, kind(), what);
    if (!order)
      return tl::unexpected{order.error()};
    const auto last = decode_cursor(what.cursor, order->list, order->parts(from.table));
    if (!last)
      return tl::unexpected{last.error()};
    if (has_nul(what))
      return page<Row>{.items = {},
                       .next = {},
                       .total = what.counted ? std::optional{std::uint64_t{0}} : std::nullopt};
    row_filter f{kind()};
    const auto host = f.equals("host", what.host);
    const auto then = what.at ? std::optional{rows_as_of{kind(), *what.at, host}} : std::nullopt;
    restrict(f, then ? &*then : nullptr);
    const auto whole = f;
    f.after(from.table, *order, *last);
    const row_range range{*order, what.limit + 1};
    const auto rows = then ? then->rows(from.table, f, range) : rows_now(from.table, f, range);
    const auto sql = list_statement(from, *order, rows);
    return guarded_read(
        "listing " + from.table.name + " from " + pool_.where().display,
        [&]() -> result<page<Row>> {
          std::optional<failure> refused;
          std::optional<std::uint64_t> total;
          auto found = pool_.with_connection([&](session& on) {
            auto answer =
                on.query(sql, f.values(), from.columns.size() + (order->value.empty() ? 1 : 2));
            if (what.counted)
              total = count(on, from, whole, then ? &*then : nullptr);
            // After the rows: trimming meanwhile moves the begin.
            if (what.at)
              refused = no_history_at(on, *what.at, what.host);
            return answer;
          });
          if (refused)
            return tl::unexpected{*refused};
          auto read = page_of<Row>(from.table, *order, what.limit, std::move(found), make_row);
          read.total = total;
          return read;
        });
  }

  static std::uint64_t count(session& on, const listing& from, const row_filter& filter,
                             const rows_as_of* then) {
    const auto sql = then == nullptr
                         ? "SELECT count(*) FROM " + from.table.name + " t" + filter.where()
                         : then->count(from.table, filter);
    const auto with = from.before_page.empty() ? "" : "WITH " + from.before_page + " ";
    return number_in<std::uint64_t>(on.query(with + sql, filter.values(), 1).front().front());
  }

  template <class Row, class MakeRow>
  static page<Row> page_of(const listed_table& table, const row_order& order, int limit,
                           std::vector<text_row> rows, MakeRow make_row) {
    page<Row> found;
    const auto most = static_cast<std::size_t>(limit);
    const auto is_last = rows.empty() || std::stoull(rows.front().back()) <= rows.size();
    const auto more = !is_last || rows.size() > most;
    if (rows.size() > most)
      rows.pop_back();
    if (more)
      found.next = encode_cursor(order.list, place_of(rows.back(), table, order));
    for (auto& row : rows)
      found.items.push_back(make_row(row));
    return found;
  }

  /// What a cursor carries of a row: the value that it is ordered by, and its key.
  static std::vector<std::string> place_of(const text_row& row, const listed_table& table,
                                           const row_order& order) {
    std::vector<std::string> place;
    if (!order.value.empty())
      place.push_back(row.at(row.size() - 2));
    place.insert(place.end(), row.begin(),
                 row.begin() + static_cast<std::ptrdiff_t>(table.key.size()));
    return place;
  }

  connection_pool pool_;
};

} // namespace

result<std::unique_ptr<inventory>> open_inventory(const database& where) {
  return open_reader<sql_inventory, inventory>(where);
}

} // namespace volumeviz::persistence
