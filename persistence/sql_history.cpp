#include "persistence/change_filter.hpp"
#include "persistence/connection_pool.hpp"
#include "persistence/guarded_read.hpp"
#include "persistence/history_begin.hpp"
#include "persistence/list_statement.hpp"
#include "persistence/settled_changes.hpp"

#include <utility>

namespace volumeviz::persistence {

namespace {

constexpr int largest_change_page = 1000;

/// The columns of change_row, and whether there are more rows than these.
constexpr std::size_t change_columns = 16;

std::string change_statement(dialect kind, const change_query& what, const row_filter& filter,
                             const std::string& is_settled, const std::string& most) {
  const column_texts texts{kind};
  const std::string order = what.ascending ? " ORDER BY t.id" : " ORDER BY t.id DESC";
  const auto bytes = "200 + coalesce(" + texts.bytes_of_json("t.old") + ", 0) + coalesce("
                     + texts.bytes_of_json("t.new") + ", 0)";
  const auto rows = "(SELECT t.* FROM changes t WHERE " + is_settled + filter.and_where() + order
                    + " LIMIT " + most + ") t";
  return "SELECT " + texts.json("t.id")
         + ", t.host, t.kind, t.operation, t.volume_id, t.container_id, t.mount_path, t.name, "
           "t.image, "
         + texts.time("t.at") + ", " + texts.time("t.not_before") + ", t.source, "
         + texts.json("t.old") + ", " + texts.json("t.new") + ", " + texts.time("t.recorded_at")
         + ", t.rows_found FROM (SELECT t.*, count(*) OVER () AS rows_found, coalesce(sum(" + bytes
         + ") OVER (" + order.substr(1)
         + " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before FROM " + rows
         + ") t WHERE t.bytes_before < " + std::to_string(page_bytes) + order;
}

change_row change_from(const text_row& r) {
  return {std::stoll(r[0]),
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
          r[11],
          r[12],
          r[13],
          r[14]};
}

change_page change_page_from(const std::vector<text_row>& rows, int limit) {
  change_page found;
  for (const auto& row : rows)
    if (found.items.size() < static_cast<std::size_t>(limit))
      found.items.push_back(change_from(row));
  if (!rows.empty() && std::stoull(rows.front().back()) > found.items.size())
    found.next = found.items.back().id;
  return found;
}

/// The container whose id begins so; empty: none is known. Throws sql_error.
result<std::string> container_of_prefix(session& on, const std::string& prefix) {
  const std::string text = on.kind() == dialect::sqlite ? "" : "::text";
  // The second query steps over all changes of the first container.
  const auto least = [&](const std::string& condition) {
    return "SELECT c.container_id FROM changes c WHERE c.container_id " + condition + text
           + " AND c.container_id < :last" + text + " ORDER BY c.container_id LIMIT 1";
  };
  const parameters range{{"first", prefix}, {"last", prefix + 'g'}};
  const auto first = on.query(least(">= :first"), range, 1);
  if (first.empty())
    return std::string{};
  const auto second =
      on.query(least("> :first"), {{"first", first[0][0]}, {"last", prefix + 'g'}}, 1);
  if (!second.empty())
    return fail(ec::bad_request, "several containers have an id that begins with the given digits: "
                                 "give more of them");
  return first[0][0];
}

class sql_history final : public history {
public:
  sql_history(address at, const database& where)
      : pool_{std::move(at), where.call_limit, where.keeper} {}

  result<change_page> changes(const change_query& what) override {
    if (what.limit < 1 || what.limit > largest_change_page)
      return fail(ec::bad_request, "limit must be 1 to " + std::to_string(largest_change_page));
    if (auto why = unknown_word(what.which))
      return tl::unexpected{std::move(*why)};
    return read<change_page>([&](session& on) -> result<change_page> {
      auto filter = filter_of(on, what);
      if (!filter)
        return tl::unexpected{filter.error()};
      // Numbers are parameters, too: the text of a statement is prepared once on its connection.
      const auto most = filter->bound(std::int64_t{what.limit} + 1);
      change_horizon horizon;
      const auto rows = read_settled(
          on, horizon,
          [&](const std::string& is_settled) {
            return change_statement(on.kind(), what, *filter, is_settled, most);
          },
          filter->values(), change_columns);
      for (const auto& cursor : {what.after, what.before})
        if (cursor && (*cursor < 0 || *cursor > horizon.newest))
          return fail(ec::bad_request, "no change has had the cursor " + std::to_string(*cursor)
                                           + " yet: take cursors from `next` or from the id of a "
                                             "change; the newest is "
                                           + std::to_string(horizon.newest));
      auto page = change_page_from(rows, what.limit);
      page.settled = horizon.settled;
      return page;
    });
  }

  result<history_bounds> bounds(const std::string& host) override {
    return read<history_bounds>([&](session& on) -> result<history_bounds> {
      const auto begin = read_history_begin(on, host);
      const auto horizon = read_horizon(on);
      return history_bounds{horizon.settled, horizon.newest, begin.trimmed, begin.begins_at};
    });
  }

  result<std::string> volume_gone_at(const std::string& host,
                                     const std::string& volume_id) override {
    return gone_at(host, "volume", volume_id);
  }

  result<std::string> container_gone_at(const std::string& host,
                                        const std::string& container_id) override {
    return gone_at(host, "container", container_id);
  }

private:
  template <class T, class Work>
  result<T> read(Work work) {
    return guarded_read("reading the history from " + pool_.where().display,
                        [&]() -> result<T> { return pool_.with_connection(work); });
  }

  /// Throws sql_error.
  static result<row_filter> filter_of(session& on, const change_query& what) {
    row_filter f{on.kind()};
    const auto& which = what.which;
    if (has_nul(which)) {
      f.add("1 = 0");
      return f;
    }
    if (what.after)
      f.add("t.id > " + f.bound(*what.after));
    if (what.before)
      f.add("t.id < " + f.bound(*what.before));
    f.equals("host", which.host);
    f.equals("kind", which.kind);
    f.equals("operation", which.operation);
    f.equals("volume_id", which.volume);
    f.equals("source", which.source);
    if (which.container.empty())
      return f;
    std::string id;
    if (is_id_prefix(which.container)) {
      auto found = container_of_prefix(on, which.container);
      if (!found)
        return tl::unexpected{found.error()};
      id = std::move(*found);
    }
    if (id.empty()) {
      f.equals("name", which.container);
      f.add("t.kind <> 'volume'");
    } else {
      f.equals("container_id", id);
    }
    return f;
  }

  result<std::string> gone_at(const std::string& host, const std::string& kind,
                              const std::string& id) {
    return read<std::string>([&](session& on) -> result<std::string> {
      const column_texts texts{on.kind()};
      row_filter f{on.kind()};
      f.equals("host", host);
      f.equals("kind", kind);
      if (kind == "container")
        f.container(id);
      else
        f.equals("volume_id", id);
      const auto rows = on.query("SELECT t.operation, " + texts.time("t.at") + " FROM changes t"
                                     + f.where() + " ORDER BY t.id DESC LIMIT 1",
                                 f.values(), 2);
      const bool was_removed = !rows.empty() && rows[0][0] == "remove";
      return was_removed ? rows[0][1] : std::string{};
    });
  }

  connection_pool pool_;
};

} // namespace

result<std::unique_ptr<history>> open_history(const database& where) {
  return open_reader<sql_history, history>(where);
}

} // namespace volumeviz::persistence
