#pragma once

#include <memory>
#include <string>

namespace volumeviz::persistence {

/// A second connection to PostgreSQL, which keeps a transaction open while it lives. It shows
/// whether a pool shares the server's sessions.
class second_connection {
public:
  /// Waits at most two seconds: the pool may have no free session.
  explicit second_connection(const std::string& uri);
  ~second_connection();
  second_connection(const second_connection&) = delete;
  second_connection& operator=(const second_connection&) = delete;

  /// The server's process that runs the transaction; empty when there was no answer.
  const std::string& backend_pid() const noexcept { return backend_pid_; }

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
  std::string backend_pid_;
};

} // namespace volumeviz::persistence
