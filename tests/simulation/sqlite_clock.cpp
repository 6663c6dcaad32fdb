#include "tests/simulation/sqlite_clock.hpp"

#include <sqlite3.h>
#include <utility>

namespace volumeviz::simulation {

namespace {

std::function<timestamp()> present;
sqlite3_vfs* usual = nullptr;

/// Milliseconds since noon in Greenwich on November 24, 4714 B.C.
constexpr sqlite3_int64 julian_1970 = 210'866'760'000'000;

int time_in_ms(sqlite3_vfs*, sqlite3_int64* to) {
  if (!present)
    return usual->xCurrentTimeInt64(usual, to);
  *to = julian_1970 + present() / 1'000'000;
  return SQLITE_OK;
}

int time_in_days(sqlite3_vfs* of, double* to) {
  sqlite3_int64 ms = 0;
  const auto code = time_in_ms(of, &ms);
  *to = static_cast<double>(ms) / 86'400'000.0;
  return code;
}

/// The usual file system with our time.
void take_over() {
  static sqlite3_vfs mine = [] {
    usual = sqlite3_vfs_find(nullptr);
    auto copy = *usual;
    copy.pNext = nullptr;
    copy.zName = "with the time of a simulation";
    copy.xCurrentTime = time_in_days;
    copy.xCurrentTimeInt64 = time_in_ms;
    return copy;
  }();
  static const int registered = sqlite3_vfs_register(&mine, 1);
  static_cast<void>(registered);
}

} // namespace

sqlite_clock::sqlite_clock(std::function<timestamp()> now) {
  take_over();
  present = std::move(now);
}

sqlite_clock::~sqlite_clock() {
  present = nullptr;
}

} // namespace volumeviz::simulation
