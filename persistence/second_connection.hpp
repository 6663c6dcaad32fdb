#pragma once

#include <memory>
#include <string>

namespace volumeviz::persistence {

/// A connection to PostgreSQL beside the one that is examined, with an open transaction as long as
/// it lives.
class second_connection {
public:
  /// Waits for two seconds at most: the pool may have no more sessions.
  explicit second_connection(const std::string& uri);
  ~second_connection();
  second_connection(const second_connection&) = delete;
  second_connection& operator=(const second_connection&) = delete;

  /// Of the server's process that runs the transaction; empty when there was no answer.
  const std::string& backend_pid() const noexcept { return backend_pid_; }

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
  std::string backend_pid_;
};

} // namespace volumeviz::persistence
