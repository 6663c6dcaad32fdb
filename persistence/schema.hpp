#pragma once

#include "persistence/session.hpp"

#include <optional>
#include <span>

namespace volumeviz::persistence {

/// One step of the schema. What was released is never changed: add a step instead. The checksum
/// recorded with each applied step proves it.
struct migration {
  int version;
  const char* name;
  const char* sql; ///< several statements
};

/// All steps, in order, beginning with version 1.
std::span<const migration> sqlite_migrations();
std::span<const migration> postgresql_migrations();
std::span<const migration> migrations_of(dialect kind);

/// The version this program works with.
int program_schema_version();

/// What is recorded in the database, 0 for nothing. Throws sql_error with trouble::schema when it
/// is newer than this program, when an applied step is not the program's own, or when the table is
/// somebody else's.
int schema_version(session& on);

/// Throws as schema_version() does, and also when the schema is missing or older.
void require_current_schema(session& on);

/// The steps that the database lacks, inside a transaction of the caller: the version found before.
int apply_missing_steps(session& on);

/// Brings it up to date: the version found before. Several processes may do so at once.
int bring_up_to_date(session& on);

} // namespace volumeviz::persistence
