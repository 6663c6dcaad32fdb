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
  void after(const std::vector<std::string>& key, const std::vector<std::string>& last);
  void has_label(const std::pair<std::string, std::string>& label);

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
  /// Common table expressions before and after `page`: "name AS (…), ", and ", name AS (…)".
  std::string before_page = {}, after_page = {};
};

/// A SELECT of the first `most` rows of today that the filter lets through.
std::string rows_now(const listed_table& table, const row_filter& filter, int most);

/// Selects the columns of a page's rows and the number of rows, one more than asked for at most:
/// the additional row shows that there is a next page. Selects fewer rows when they are very long.
/// `rows`: a SELECT of at most that many rows, in any order.
std::string list_statement(const listing& from, const std::string& rows);

} // namespace volumeviz::persistence
