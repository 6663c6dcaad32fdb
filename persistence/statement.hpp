#pragma once

#include "persistence/sql_error.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// A named parameter of a statement, always as text: `:name`, in PostgreSQL with a cast. An empty
/// `time` is NULL.
struct parameter {
  enum class type { text, time };
  std::string name;
  std::string value;
  type kind = type::text;
};
using parameters = std::vector<parameter>;
/// NULL is an empty text.
using text_row = std::vector<std::string>;

/// A row while it is being read: the views end with the call that gets it.
using row_view = std::span<const std::string_view>;

/// A statement whose answer its caller does not wait for: see session::queue().
struct queued_statement {
  std::string sql;
  parameters values{};
  std::size_t columns = 0; ///< of a row of the answer
  /// Called with the rows of the answer; may be null. What it refers to must live until the
  /// transaction has ended.
  std::function<void(std::vector<text_row>&&)> answered{};
  /// In place of `answered`: called with each row.
  std::function<void(row_view)> each{};
  /// What an error means to the caller; null: what the database says.
  std::function<sql_error(const sql_error&)> failed{};
  /// PostgreSQL: the command tag of a success; empty: any.
  std::string tag{};
};

} // namespace volumeviz::persistence
