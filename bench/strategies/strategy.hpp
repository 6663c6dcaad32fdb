#pragma once

#include "bench/measure.hpp"

#include <memory>
#include <string>

namespace volumeviz::bench {

/// A way to keep the rows of volumes up to date. It works from its construction to its end, with
/// rows of a host of its own.
class strategy {
public:
  virtual ~strategy() = default;
  virtual std::string host() const = 0; ///< in the tables
  virtual double cpu_ms() const = 0;    ///< what it has used since it began, without the database
};

/// This program, as the stage's node.
std::unique_ptr<strategy> watch_with_the_program(stage& on);

/// One inspect and one autocommit INSERT for each event, one after the other, on one connection to
/// the daemon and one to the database. It never lists, so it does not find what it misses.
std::unique_ptr<strategy> watch_event_by_event(const std::string& socket,
                                               const std::string& database_url);

/// Lists volumes and containers each second, compares with the list before, and writes what differs
/// in one transaction.
std::unique_ptr<strategy> watch_by_polling(const std::string& socket,
                                           const std::string& database_url);

} // namespace volumeviz::bench
