#pragma once

#include "persistence/row_writer.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// A statement of PostgreSQL that writes rows of one kind for many hosts, and returns of each row
/// that it touched the host, the key, the detail, and what it did.
class row_statement {
public:
  /// `careful`: data that the database refuses is reported by run(), at the price of a savepoint
  /// for each execution. Otherwise it is thrown as trouble::data. `all` must outlive this.
  template <class Resource>
  row_statement(session& on, bool careful, row_kind kind, const char* sql,
                const host_parts<Resource>& all)
      : on_{on}, careful_{careful}, kind_{kind}, sql_{sql} {
    for (const auto& part : all)
      summaries_.emplace(part.host, &part.summary);
  }

  row_kind kind() const noexcept { return kind_; }
  session& on() noexcept { return on_; }

  /// Executes it for `rows` rows, and adds what it touched to the summaries of the hosts. Returns
  /// why the database refuses the data, or nothing.
  std::string run(const parameters& values, std::size_t rows);

private:
  void report(std::vector<text_row> touched, std::size_t rows);

  session& on_;
  bool careful_;
  row_kind kind_;
  const char* sql_;
  std::map<std::string_view, write_summary*> summaries_; ///< by host
};

} // namespace volumeviz::persistence
