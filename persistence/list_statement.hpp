#pragma once

#include "persistence/inventory.hpp"
#include "persistence/statement.hpp"
#include "persistence/url.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

/// A page ends with the row that reaches this: each of a thousand rows may have megabytes.
inline constexpr std::size_t page_bytes = std::size_t{8} << 20;

/// A table of the inventory; `kind` is its name in the history, empty when it has none there.
struct listed_table {
  std::string name, kind;
  std::vector<std::string> key;    ///< the order of the pages
  std::vector<std::string> others; ///< all columns that an answer needs beside the key
};
extern const listed_table volumes_table, containers_table, mounts_table, hosts_table;

/// How the columns of a table are selected as text in the API's formats. Names are qualified:
/// "t.labels".
class column_texts {
public:
  explicit column_texts(dialect kind) : sqlite_{kind == dialect::sqlite} {}
  std::string json(const std::string& column) const;
  std::string bytes_of_json(const std::string& column) const;
  std::string truth(const std::string& column) const;
  std::string time(const std::string& column) const;
  /// A JSON array of these.
  std::string array(const std::string& columns) const;

private:
  bool sqlite_;
};

/// "a, b", each with the prefix.
std::string joined(const std::vector<std::string>& parts, const std::string& prefix = {});

/// How the rows of a list are ordered: by an expression on rows `t`, and by the table's key.
struct row_order {
  std::string list;  ///< its name, of which a cursor is
  std::string value; ///< expression of text; empty: by the key alone
  bool descending = false;

  /// " ORDER BY …" on rows that selected() gives.
  std::string by(const listed_table& table) const;
  /// "t.*", and the value as `sort_value`.
  std::string selected() const {
    return value.empty() ? "t.*" : "t.*, " + value + " AS sort_value";
  }
  /// Texts of a cursor: the value, and the key.
  std::size_t parts(const listed_table& table) const {
    return table.key.size() + (value.empty() ? 0 : 1);
  }
};

/// The conditions of a query, on rows `t`, and their parameters.
class row_filter {
public:
  explicit row_filter(dialect kind) : sqlite_{kind == dialect::sqlite} {}

  void add(const std::string& condition);
  /// A placeholder for this value.
  std::string bound(const std::string& value);
  std::string bound(std::int64_t value);
  /// Restricts the column, unless the value is empty. Returns the placeholder, or nothing.
  std::string equals(const std::string& column, const std::string& value);
  /// A container's id, or what it begins with.
  void container(const std::string& id);
  /// Only rows behind the one that `last` names, as a cursor does.
  void after(const listed_table& table, const row_order& order,
             const std::vector<std::string>& last);
  void has_label(const std::pair<std::string, std::string>& label);
  void has_label_key(const std::string& key);

  /// " WHERE …", or nothing.
  std::string where() const { return text_.empty() ? text_ : " WHERE " + text_; }
  /// " AND …", or nothing.
  std::string and_where() const { return text_.empty() ? text_ : " AND " + text_; }
  const parameters& values() const noexcept { return values_; }

private:
  bool sqlite_;
  std::string text_;
  parameters values_;
};

/// What is selected for a page.
struct listing {
  const listed_table& table;
  std::vector<std::string> columns; ///< expressions on rows `t`; first the key's
  /// Expression for the bytes of a row's columns that may be long; empty: there are none.
  std::string bytes = {};
  /// A common table expression before `page`, and one after it: "name AS (…)"; empty: none.
  std::string before_page = {}, after_page = {};
};

/// Which of the rows that the filter lets through: the first `most` in this order.
struct row_range {
  const row_order& order;
  int most;
};

/// A SELECT of rows of today.
std::string rows_now(const listed_table& table, const row_filter& filter, const row_range& which);

/// Selects the columns of a page's rows and the number of rows, one more than asked for at most:
/// the additional row shows that there is a next page. Selects fewer rows when they are very long.
/// `rows`: a SELECT of at most that many rows, with row_order::selected(). Before the number comes
/// the value that they are ordered by, if there is one.
std::string list_statement(const listing& from, const row_order& order, const std::string& rows);

} // namespace volumeviz::persistence
