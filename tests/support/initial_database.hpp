#pragma once

#include <filesystem>

namespace volumeviz::support {

/// The files of a PostgreSQL server that has never run, in the build tree. initdb takes most of a
/// second, so it runs once for a build: the first process that asks makes the files, and others
/// wait for it. Each server gets a copy. Throws std::runtime_error when initdb fails.
std::filesystem::path initial_database();

} // namespace volumeviz::support
