#pragma once

#include "persistence/history.hpp"
#include "persistence/inventory.hpp"
#include "persistence/session.hpp"
#include "persistence/store.hpp"
#include "persistence/transaction.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace volumeviz::persistence::testing {

/// A new, empty database, and a store on it.
class testbed {
public:
  explicit testbed(std::string database_url,
                   std::chrono::milliseconds call_limit = std::chrono::seconds{10});

  bool sqlite() const { return url.starts_with("sqlite:"); }

  /// Fails the test with the store's error when it does not succeed.
  std::vector<write_summary> apply(const std::vector<change_batch>& batches);
  write_summary apply(const change_batch& batch) { return apply(std::vector{batch}).front(); }
  write_summary preview(const change_batch& batch);

  /// Rows as text, on a second connection that the store knows nothing about.
  std::vector<text_row> rows(const std::string& sql, std::size_t columns) const;
  std::string value(const std::string& sql) const { return rows(sql, 1).at(0).at(0); }
  void run(const std::string& script) const;

  /// Everything that is recorded, a line for each row, the same text on both databases: times to
  /// the microsecond, JSON with sorted keys. `updated_at` only when `with_updates`.
  std::vector<std::string> contents(bool with_updates = false) const;
  /// The same as it was at a moment, without hosts.
  std::vector<std::string> contents_at(timestamp at) const;

  std::string url;
  std::unique_ptr<store> writer;
  std::unique_ptr<inventory> reader;
  std::unique_ptr<history> past;

private:
  void add_rows(std::vector<std::string>& found, std::optional<timestamp> at,
                bool with_updates) const;

  /// Runs `work` on the second connection, which is kept: a connection costs PostgreSQL more than
  /// most statements. Makes a new one when the test has cut it or moved the file.
  template <class Work>
  auto on_second(Work work) const {
    if (second_ && second_->lost_its_file())
      second_.reset();
    if (second_) {
      try {
        return work(*second_);
      } catch (const sql_error& e) {
        if (e.kind() != trouble::away)
          throw;
      }
    }
    second_.emplace(*parse_url(url), session::purpose::change_nothing, std::chrono::seconds{10});
    return work(*second_);
  }

  mutable std::optional<session> second_;
};

/// Runs the test on both databases, each time on a new one.
template <class Test>
void on_both(Test test) {
  SUBCASE("on SQLite") {
    const support::scratch_folder folder;
    testbed on{"sqlite://" + (folder / "inventory.db")};
    test(on);
  }
  SUBCASE("on PostgreSQL") {
    if (!support::postgres_can_run())
      return;
    testbed on{support::shared_postgres().new_database()};
    test(on);
  }
}

/// A session that writes, with the schema: the store's inside.
struct writing_session {
  explicit writing_session(const std::string& url);
  write_summary write(const change_batch& batch) {
    return write_batches(on, {batch}, &hosts).at(0);
  }

  session on;
  written_hosts hosts;
};

inline constexpr timestamp noon = 1'714'564'800'123'456'000; // 2024-05-01T12:00:00.123456Z

volume a_volume(const std::string& name);
/// As an inspect shows it.
container a_container(const std::string& id, std::vector<mount> mounts = {});
change_batch batch_of(std::vector<volume> volumes, std::vector<container> containers = {});
/// A complete list.
change_batch list_of(std::vector<volume> volumes);
change_batch list_of(std::vector<container> containers);
/// The same batch with its resources packed, as a node's lists are.
change_batch packed(change_batch batch);
/// "v1 v2 v3"
std::vector<volume> some_volumes(int from, int to);

/// "create volume v1", "remove mount c1 v1 at /data", sorted.
std::vector<std::string> words(const std::vector<row_change>& changes);
using lines = std::vector<std::string>;

} // namespace volumeviz::persistence::testing

namespace doctest {
template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& values) {
    std::string text;
    for (const auto& value : values)
      text += "\n  " + value;
    return text.c_str();
  }
};
} // namespace doctest
