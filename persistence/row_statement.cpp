#include "persistence/row_statement.hpp"

#include "runtime/invariant.hpp"

#include <utility>

namespace volumeviz::persistence {

namespace {

operation operation_named(std::string_view name) {
  return name == "create"   ? operation::create
         : name == "remove" ? operation::remove
                            : operation::update;
}

} // namespace

std::string row_statement::run(const parameters& values, std::size_t rows) {
  // A failed statement spoils its transaction; going back to a savepoint repairs it.
  if (careful_)
    on_.script("SAVEPOINT row");
  std::vector<text_row> touched;
  try {
    touched = on_.query(sql_, values, 4);
  } catch (const sql_error& e) {
    if (!careful_ || e.kind() != trouble::data)
      throw;
    on_.script("ROLLBACK TO row; RELEASE row");
    return e.what();
  }
  if (careful_)
    on_.script("RELEASE row");
  report(std::move(touched), rows);
  return {};
}

void row_statement::report(std::vector<text_row> touched, std::size_t rows) {
  std::size_t written = 0;
  for (auto& row : touched) {
    const auto host = summaries_.find(row[0]);
    invariant(host != summaries_.end(), "a statement touches rows of the hosts it was given");
    const auto op = operation_named(row[3]);
    written += op == operation::remove ? 0 : 1;
    host->second->changes.push_back({kind_, op, std::move(row[1]), std::move(row[2])});
  }
  invariant(written <= rows, "a statement writes each row that it was given at most once");
}

} // namespace volumeviz::persistence
