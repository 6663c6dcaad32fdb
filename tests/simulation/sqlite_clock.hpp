#pragma once

#include "text/timestamp.hpp"

#include <functional>

namespace volumeviz::simulation {

/// While it lives, this is SQLite's time in this process: `'now'` in a trigger. SQLite asks the
/// operating system in one place only, its VFS. One at a time.
class sqlite_clock {
public:
  explicit sqlite_clock(std::function<timestamp()> now);
  ~sqlite_clock();
  sqlite_clock(const sqlite_clock&) = delete;
  sqlite_clock& operator=(const sqlite_clock&) = delete;
};

} // namespace volumeviz::simulation
