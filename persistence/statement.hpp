#pragma once

#include "persistence/sql_error.hpp"

#include <cstddef>
#include <functional>
#include <string>
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

/// A statement whose answer its caller does not wait for: see session::queue().
struct queued_statement {
  std::string sql;
  parameters values{};
  std::size_t columns = 0; ///< of a row of the answer
  /// Called with the rows of the answer; may be null. What it refers to must live until the
  /// transaction has ended.
  std::function<void(std::vector<text_row>&&)> answered{};
  /// What an error means to the caller; null: what the database says.
  std::function<sql_error(const sql_error&)> failed{};
  /// PostgreSQL: the command tag of a success; empty: any.
  std::string tag{};
};

} // namespace volumeviz::persistence
