#pragma once

#include "persistence/session.hpp"

#include <optional>
#include <span>

namespace volumeviz::persistence {

/// One step of the schema. A released step is never changed; a new step is added instead. The
/// checksum that is recorded with each applied step proves it.
struct migration {
  int version;
  const char* name;
  const char* sql; ///< several statements
};

/// All steps, in order, beginning with version 1.
std::span<const migration> sqlite_migrations();
std::span<const migration> postgresql_migrations();
std::span<const migration> migrations_of(dialect kind);

/// The version that this program needs.
int program_schema_version();

/// The version in the database; 0 when there is no schema. Throws sql_error with trouble::schema
/// when it is newer than this program's, when an applied step differs from this program's, or when
/// the version table belongs to another program.
int schema_version(session& on);

/// Throws as schema_version() does, and also when the schema is missing or older.
void require_current_schema(session& on);

/// Applies the steps up to this one that the database lacks, inside the caller's transaction.
/// Returns the version found before.
int apply_missing_steps(session& on, int up_to = program_schema_version());

/// Applies the steps that the database lacks, in a transaction. Returns the version found before.
/// Several processes may call it at once.
int bring_up_to_date(session& on);

} // namespace volumeviz::persistence
