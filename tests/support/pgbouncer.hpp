#pragma once

#include "tests/support/postgres.hpp"
#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace volumeviz::support {

/// A private PgBouncer in front of a test's PostgreSQL. Ends with the object.
class pgbouncer {
public:
  /// `pool_mode`: session, transaction or statement. `more`: further lines of its settings.
  pgbouncer(const postgres& server, const std::string& pool_mode, const std::string& more = {});
  ~pgbouncer();
  pgbouncer(const pgbouncer&) = delete;
  pgbouncer& operator=(const pgbouncer&) = delete;

  /// The URL of the same database behind the pool.
  std::string url(const std::string& database_url) const;

private:
  scratch_folder folder_;
  std::uint16_t port_;
  std::optional<process> running_;
};

/// See server_can_run().
bool pgbouncer_can_run();

} // namespace volumeviz::support
