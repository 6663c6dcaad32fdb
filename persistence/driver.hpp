#pragma once

#include "persistence/session.hpp"
#include "persistence/sql_error.hpp"

#include <soci/soci.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// What a session needs from one of the two databases beyond SOCI: how it is opened, how several
/// statements are sent at once, what its errors mean. Not thread-safe except for interrupt().
/// Throws sql_error, or SOCI's exceptions for translated().
class driver {
public:
  driver(const address& where, std::chrono::milliseconds limit) : where_{where}, limit_{limit} {}
  virtual ~driver() = default;

  const address& where() const noexcept { return where_; }
  soci::session& sql() noexcept { return sql_; }
  std::uint64_t statements() const noexcept { return statements_; }
  void count_statement() noexcept { ++statements_; }

  virtual void open(session::purpose why) = 0;
  /// Sends several statements at once; SOCI would run only the first one on SQLite.
  virtual void script(const std::string& text) = 0;
  /// Runs statements in one round trip and hands out their answers; PostgreSQL only.
  virtual void run(const std::vector<queued_statement>& all) = 0;
  /// What an exception of SOCI means.
  virtual sql_error translated(const soci::soci_error& error) = 0;
  // As the functions of session with these names.
  virtual bool lost_its_file() const noexcept { return false; }
  virtual bool pooled() noexcept { return false; }
  virtual bool keeps_its_backend() { return true; }

  /// From any thread: makes the running statement fail soon. What fails from now on is too_slow().
  void interrupt() noexcept {
    interrupted_ = true;
    interrupt_statement();
  }

protected:
  virtual void interrupt_statement() noexcept = 0;
  /// Why a call can take too long, and what to do about it.
  virtual std::string reasons_to_be_slow() const = 0;

  bool interrupted() const noexcept { return interrupted_; }
  sql_error too_slow() const {
    return {trouble::away, "no answer within " + std::to_string(limit_.count())
                               + " ms, the call was given up: " + reasons_to_be_slow()};
  }
  std::chrono::milliseconds limit() const noexcept { return limit_; }

private:
  address where_;
  std::chrono::milliseconds limit_;
  std::uint64_t statements_ = 0;
  std::atomic<bool> interrupted_ = false;
  soci::session sql_;
};

std::unique_ptr<driver> make_sqlite_driver(const address& where, std::chrono::milliseconds limit);
std::unique_ptr<driver> make_postgresql_driver(const address& where,
                                               std::chrono::milliseconds limit);

} // namespace volumeviz::persistence
