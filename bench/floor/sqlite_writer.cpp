#include "bench/floor/least_writer.hpp"

#include <initializer_list>
#include <sqlite3.h>
#include <stdexcept>

namespace volumeviz::bench {

namespace {

#define NOW "strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now')"

constexpr const char* insert_host = "INSERT INTO hosts (host, first_seen_at) VALUES (?, " NOW ")";
constexpr const char* sqlite_insert_volume =
    "INSERT INTO plain_volumes (host, volume_id, name, driver, mountpoint, labels, options, scope, "
    "created_at, updated_at) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, " NOW ")";
constexpr const char* sqlite_insert_container =
    "INSERT INTO plain_containers (host, container_id, name, image, state, status, labels, "
    "started_at, "
    "is_active, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, " NOW ")";
constexpr const char* insert_mount =
    "INSERT INTO plain_volume_mounts (host, volume_id, container_id, mount_path, access_mode, "
    "created_at, updated_at) VALUES (?, ?, ?, ?, ?, " NOW ", " NOW ")";

#undef NOW

// With the program's columns, keys and indexes, and without its triggers.
constexpr const char* sqlite_plain_tables =
    "SELECT group_concat(replace(replace(replace(replace(sql, 'CREATE TABLE ', 'CREATE TABLE IF "
    "NOT EXISTS plain_'), 'REFERENCES containers', 'REFERENCES plain_containers'), 'CREATE INDEX "
    "', 'CREATE INDEX IF NOT EXISTS plain_'), ' ON volume_mounts', ' ON plain_volume_mounts'), "
    "';') "
    "FROM (SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name IN ('volumes', "
    "'containers', 'volume_mounts', 'volume_mounts_by_container') ORDER BY type DESC)";

using connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

[[noreturn]] void fail(sqlite3* on) {
  throw std::runtime_error{std::string{"the plain writer: "} + sqlite3_errmsg(on)};
}

void make_plain_tables(sqlite3* on) {
  std::string made;
  const auto take = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) = values[0] != nullptr ? values[0] : "";
    return 0;
  };
  if (sqlite3_exec(on, sqlite_plain_tables, take, &made, nullptr) != SQLITE_OK
      || sqlite3_exec(on, made.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(on);
}

connection open(const std::string& file) {
  sqlite3* made = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &made, SQLITE_OPEN_READWRITE, nullptr);
  connection result{made, &sqlite3_close};
  if (code != SQLITE_OK)
    fail(made);
  sqlite3_busy_timeout(made, 5000);
  make_plain_tables(made);
  return result;
}

class statement {
public:
  statement(sqlite3* on, const char* text) : on_{on}, prepared_{nullptr, &sqlite3_finalize} {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(on, text, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK)
      fail(on);
    prepared_.reset(made);
  }

  void operator()(std::initializer_list<const std::string*> values = {}) {
    int number = 0;
    for (const auto* x : values)
      sqlite3_bind_text(prepared_.get(), ++number, x->data(), static_cast<int>(x->size()),
                        SQLITE_STATIC);
    const int code = sqlite3_step(prepared_.get());
    sqlite3_reset(prepared_.get());
    if (code != SQLITE_DONE && code != SQLITE_ROW)
      fail(on_);
  }

private:
  sqlite3* on_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> prepared_;
};

/// The settings are those of the program's own connection.
class sqlite_writer final : public least_writer {
public:
  sqlite_writer(const std::string& file, std::string host)
      : host_{std::move(host)}, connection_{open(file)} {
    for (const char* setting : {"PRAGMA busy_timeout = 5000", "PRAGMA foreign_keys = ON",
                                "PRAGMA synchronous = NORMAL", "PRAGMA journal_mode = WAL"})
      statement{connection_.get(), setting}();
    // And all rows that belong to it.
    statement{connection_.get(), "DELETE FROM hosts WHERE host = ?"}({&host_});
    statement{connection_.get(), insert_host}({&host_});
  }

  void insert(const volume_row& x) override {
    volume_({&host_, &x.name, &x.driver, &x.mountpoint, &x.labels, &x.options, &x.scope,
             &x.created_at});
  }

  void insert(const container_row& x) override {
    begin();
    container_({&host_, &x.id, &x.name, &x.image, &x.state, &x.status, &x.labels, &x.started_at,
                &x.created_at});
    mount_({&host_, &x.volume, &x.id, &x.mount_path, &x.access_mode});
    commit();
  }

  void remove_volume(const std::string& name) override { no_volume_({&host_, &name}); }
  void remove_container(const std::string& id) override { no_container_({&host_, &id}); }
  void begin() override { begin_(); }
  void commit() override { commit_(); }

private:
  std::string host_;
  connection connection_;
  statement volume_{connection_.get(), sqlite_insert_volume};
  statement container_{connection_.get(), sqlite_insert_container};
  statement mount_{connection_.get(), insert_mount};
  statement no_volume_{connection_.get(),
                       "DELETE FROM plain_volumes WHERE host = ? AND volume_id = ?"};
  statement no_container_{connection_.get(),
                          "DELETE FROM plain_containers WHERE host = ? AND container_id = ?"};
  statement begin_{connection_.get(), "BEGIN IMMEDIATE"}, commit_{connection_.get(), "COMMIT"};
};

} // namespace

std::unique_ptr<least_writer> make_sqlite_writer(const std::string& file, const std::string& host) {
  return std::make_unique<sqlite_writer>(file, host);
}

} // namespace volumeviz::bench
