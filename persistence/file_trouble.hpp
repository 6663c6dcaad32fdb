#pragma once

#include <string>

namespace volumeviz::persistence {

/// Why the operating system failed to read or write this SQLite file, and what to do.
std::string why_input_output_failed(const std::string& path);

/// Why this user can't write an SQLite file or its folder, and what to do. Opens neither: closing a
/// file drops the locks that SQLite has on it in this process.
std::string why_not_writable(const std::string& path);

/// "another process holds a lock on PATH (process 7, sqlite3): end it, or wait"; names the
/// processes that the kernel shows.
std::string lock_holders_of(const std::string& path);

} // namespace volumeviz::persistence
