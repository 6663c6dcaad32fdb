#include "persistence/schema.hpp"

#include "persistence/text.hpp"

#include <string_view>

namespace volumeviz::persistence {

namespace {

constexpr int history_step = 2;

/// Differs for a step that was edited after it was applied. A plain hash is enough for that.
std::string checksum_of(std::string_view text) {
  return hex(hash_of(text));
}

sql_error wrong(const std::string& text) {
  return {trouble::schema, text};
}

bool has_version_table(session& on) {
  return !on.query(on.kind() == dialect::sqlite
                       ? "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = "
                         "'schema_migrations'"
                       : "SELECT 1 WHERE to_regclass('schema_migrations') IS NOT NULL",
                   {}, 1)
              .empty();
}

std::vector<text_row> applied_steps(session& on) {
  try {
    return on.query("SELECT version, name, checksum FROM schema_migrations ORDER BY version", {},
                    3);
  } catch (const sql_error& e) {
    if (e.kind() != trouble::schema)
      throw;
    throw wrong("the database has another program's table schema_migrations: give this program a "
                "database of its own");
  }
}

void create_version_table(session& on) {
  on.script(on.kind() == dialect::sqlite
                ? "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name "
                  "TEXT NOT NULL, "
                  "checksum TEXT NOT NULL, applied_at TEXT NOT NULL)"
                : "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, name "
                  "text NOT NULL, "
                  "checksum text NOT NULL, applied_at timestamptz NOT NULL)");
}

void apply(session& on, const migration& step) {
  on.script(step.sql);
  const bool sqlite = on.kind() == dialect::sqlite;
  // For now() in the step it is still when the transaction began. It may have waited since for
  // those who wrote.
  if (!sqlite && step.version == history_step)
    on.script("UPDATE history_hosts SET begins_at = clock_timestamp()");
  on.execute(
      std::string{"INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ("}
          + (sqlite ? ":version, :name, :checksum, strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now'))"
                    : ":version::integer, :name::text, :checksum::text, now())"),
      {{"version", std::to_string(step.version)},
       {"name", step.name},
       {"checksum", checksum_of(step.sql)}});
}

} // namespace

std::span<const migration> migrations_of(dialect kind) {
  return kind == dialect::sqlite ? sqlite_migrations() : postgresql_migrations();
}

int program_schema_version() {
  return sqlite_migrations().back().version;
}

int schema_version(session& on) {
  if (!has_version_table(on))
    return 0;
  const auto known = migrations_of(on.kind());
  int version = 0;
  for (const auto& row : applied_steps(on)) {
    version = number_in<int>(row[0]);
    if (version > program_schema_version())
      continue; // the error below names the newest version
    if (version < 1 || row[2] != checksum_of(known[static_cast<std::size_t>(version - 1)].sql))
      throw wrong("schema step " + row[0] + " (" + row[1]
                  + ") in the database differs from this program's: run the program that created "
                    "the database, or give this one an empty database, which it fills from Docker");
  }
  if (version > program_schema_version())
    throw wrong(
        "the database has schema version " + std::to_string(version) + ", this program knows up to "
        + std::to_string(program_schema_version())
        + ": run the newer program that created it, or give this one an empty database, which "
          "it fills from Docker");
  return version;
}

void require_current_schema(session& on) {
  if (const int version = schema_version(on); version < program_schema_version())
    throw wrong((version == 0
                     ? "the database has no schema yet"
                     : "the database has schema version " + std::to_string(version)
                           + ", this program needs " + std::to_string(program_schema_version()))
                + ": start the node, or run 'volumeviz-events migrate'");
}

int apply_missing_steps(session& on, int up_to) {
  // Of several processes one applies the steps; the others wait here and find them applied.
  if (on.kind() == dialect::postgresql)
    on.query("SELECT pg_advisory_xact_lock(hashtextextended('volumeviz-events schema', 0))::text",
             {}, 1);
  create_version_table(on);
  const int found = schema_version(on);
  for (const auto& step : migrations_of(on.kind()))
    if (step.version > found && step.version <= up_to)
      apply(on, step);
  return found;
}

int bring_up_to_date(session& on) {
  // Usually the schema is current, and a role that may not create tables is enough.
  if (const int version = schema_version(on); version == program_schema_version())
    return version;
  on.begin();
  try {
    const int found = apply_missing_steps(on);
    on.commit();
    return found;
  } catch (...) {
    on.rollback();
    throw;
  }
}

} // namespace volumeviz::persistence
