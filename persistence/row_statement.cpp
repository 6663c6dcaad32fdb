#include "persistence/row_statement.hpp"

#include "runtime/invariant.hpp"

#include <utility>

namespace volumeviz::persistence {

namespace {

/// Host, key, detail, operation.
constexpr std::size_t columns = 4;

operation operation_named(std::string_view name) {
  return name == "create"   ? operation::create
         : name == "remove" ? operation::remove
                            : operation::update;
}

} // namespace

std::string row_statement::run(const parameters& values, std::size_t rows) {
  if (!careful_) {
    on_.queue(
        {.sql = sql_,
         .values = values,
         .columns = columns,
         .answered = [summaries = summaries_, kind = kind_, rows](std::vector<text_row>&& touched) {
           report(*summaries, kind, std::move(touched), rows);
         }});
    return {};
  }
  // A failed statement spoils its transaction; going back to a savepoint repairs it.
  on_.script("SAVEPOINT row");
  std::vector<text_row> touched;
  try {
    touched = on_.query(sql_, values, columns);
  } catch (const sql_error& e) {
    if (e.kind() != trouble::data)
      throw;
    on_.script("ROLLBACK TO row; RELEASE row");
    return e.what();
  }
  on_.script("RELEASE row");
  report(*summaries_, kind_, std::move(touched), rows);
  return {};
}

void row_statement::report(const summary_map& summaries, row_kind kind,
                           std::vector<text_row>&& touched, std::size_t rows) {
  std::size_t written = 0;
  for (auto& row : touched) {
    const auto host = summaries.find(row[0]);
    invariant(host != summaries.end(), "a statement touches rows of the hosts it was given");
    const auto op = operation_named(row[3]);
    written += op == operation::remove ? 0 : 1;
    host->second->changes.push_back({kind, op, std::move(row[1]), std::move(row[2])});
  }
  invariant(written <= rows, "a statement writes each row that it was given at most once");
}

} // namespace volumeviz::persistence
