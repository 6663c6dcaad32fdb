#pragma once

#include "persistence/row_writer.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

/// A statement of PostgreSQL that writes rows of one kind for many hosts, and returns of each row
/// that it touched the host, the key, the detail, and what it did.
class row_statement {
public:
  /// `careful`: data that the database refuses is reported by run(), at the price of a savepoint
  /// for each execution. Otherwise the statement is queued, and such data is thrown as
  /// trouble::data later. `all` must live until the transaction has ended.
  template <class Resource>
  row_statement(session& on, bool careful, row_kind kind, const char* sql,
                const host_parts<Resource>& all)
      : on_{on}, careful_{careful}, kind_{kind}, sql_{sql} {
    auto summaries = std::make_shared<summary_map>();
    for (const auto& part : all)
      summaries->emplace(part.host, &part.summary);
    summaries_ = std::move(summaries);
  }

  row_kind kind() const noexcept { return kind_; }
  session& on() noexcept { return on_; }

  /// Executes it for `rows` rows, and adds what it touched to the summaries of the hosts. Returns
  /// why the database refuses the data, or nothing.
  std::string run(const parameters& values, std::size_t rows);

private:
  using summary_map = std::map<std::string_view, write_summary*>;

  static void report(const summary_map& summaries, row_kind kind, std::vector<text_row>&& touched,
                     std::size_t rows);

  session& on_;
  bool careful_;
  row_kind kind_;
  const char* sql_;
  std::shared_ptr<const summary_map> summaries_; ///< by host
};

} // namespace volumeviz::persistence
