#include "persistence/trial.hpp"

#include "persistence/file_trouble.hpp"
#include "persistence/host_locks.hpp"
#include "persistence/schema.hpp"
#include "persistence/session.hpp"
#include "persistence/session_deadline.hpp"
#include "persistence/transaction.hpp"

#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <unistd.h>
#include <vector>

namespace volumeviz::persistence {

namespace {

namespace fs = std::filesystem;

constexpr const char* trial_host = "volumeviz-events-check";

/// A host with a resource of each kind.
change_batch some_rows() {
  change_batch batch;
  batch.host = trial_host;
  batch.volumes.present.resize(1);
  batch.volumes.present[0].name = "v";
  batch.containers.present.resize(1);
  batch.containers.present[0].id = std::string(64, '0');
  batch.containers.present[0].mounts = {{"v", "/v", true}};
  return batch;
}

/// Removes the folders that were created for a file that does not exist yet, if they are empty.
class made_folders {
public:
  explicit made_folders(fs::path folder) {
    std::error_code ignored;
    for (; folder.has_relative_path() && !fs::exists(folder, ignored);
         folder = folder.parent_path())
      missing_.push_back(folder);
  }
  ~made_folders() {
    for (const auto& each : missing_)
      ::rmdir(each.c_str());
  }
  made_folders(const made_folders&) = delete;
  made_folders& operator=(const made_folders&) = delete;

private:
  std::vector<fs::path> missing_; ///< innermost first
};

/// An SQLite file that is removed with the object.
class temporary_file {
public:
  explicit temporary_file(std::string path) : path_{std::move(path)} {}
  ~temporary_file() {
    for (const auto* suffix : {"", "-wal", "-shm", "-journal"})
      ::unlink((path_ + suffix).c_str());
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

/// Creates what is missing of the schema, or writes rows into it, and rolls back.
void write_and_roll_back(session& on) {
  if (schema_version(on) == program_schema_version()) {
    write_batches(on, {some_rows()}, nullptr);
    return;
  }
  on.begin();
  try {
    apply_missing_steps(on);
    on.rollback();
  } catch (...) {
    on.rollback();
    throw;
  }
}

/// Writes a table, commits and drops it: a full disk shows only at the commit.
void commit_and_drop(session& on) {
  const std::string drop = "DROP TABLE IF EXISTS volumeviz_events_check";
  try {
    on.script(drop + "; CREATE TABLE volumeviz_events_check (x)");
    on.script("INSERT INTO volumeviz_events_check VALUES (zeroblob(65536))");
    on.script(drop);
  } catch (const sql_error&) {
    try {
      on.script(drop);
    } catch (const sql_error&) {
      // The first failure is the one to report.
    }
    throw;
  }
}

/// Opens the file of the hosts' locks, if it exists. Only SQLite's own files must not be opened.
void try_lock_file(const std::string& path) {
  const auto lock = path + ".lock";
  const int file = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  if (file >= 0)
    ::close(file);
  else if (errno != ENOENT)
    throw sql_error{trouble::away, why_not_writable(lock)};
}

void try_sqlite(const address& where, const database& how) {
  std::error_code ignored;
  const bool exists = fs::exists(where.path, ignored);
  const made_folders folders{fs::path{where.path}.parent_path()};
  std::optional<temporary_file> temporary;
  auto at = where;
  if (!exists)
    at.path = temporary.emplace(where.path + ".check-" + std::to_string(::getpid())).path();
  session on{at, exists ? session::purpose::change_nothing : session::purpose::write,
             how.call_limit};
  const session_deadline guard{*how.keeper, on, session_deadline::clock::now() + how.call_limit};
  write_and_roll_back(on);
  commit_and_drop(on);
  try_lock_file(where.path);
}

void try_postgresql(const address& where, const database& how) {
  session on{where, session::purpose::write, how.call_limit};
  const session_deadline guard{*how.keeper, on, session_deadline::clock::now() + how.call_limit};
  if (!on.keeps_its_backend())
    throw sql_error{trouble::away, no_lock_behind_a_pool};
  if (on.query("SELECT pg_is_in_recovery()::text", {}, 1).at(0).at(0) == "true")
    throw sql_error{trouble::away,
                    "the server is a hot standby, which takes no writes: name the primary in "
                    "DATABASE_URL, or list both hosts with target_session_attrs=read-write"};
  write_and_roll_back(on);
}

} // namespace

result<void> try_to_write(const database& where) {
  const auto at = parse_url(where.url);
  if (!at)
    return tl::unexpected{at.error()};
  const auto attempted = "trying to write to " + at->display;
  try {
    if (at->kind == dialect::sqlite)
      try_sqlite(*at, where);
    else
      try_postgresql(*at, where);
    return {};
  } catch (const sql_error& e) {
    return tl::unexpected{to_failure(e, attempted)};
  } catch (const std::exception& e) {
    return fail(ec::internal, attempted + ": " + e.what());
  }
}

} // namespace volumeviz::persistence
