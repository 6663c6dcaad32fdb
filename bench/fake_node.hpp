#pragma once

#include "bench/measure.hpp"
#include "tests/support/fake_daemon.hpp"

#include <memory>
#include <optional>
#include <string>

namespace volumeviz::bench {

/// The built program as a node that watches a fake daemon, with a fresh database.
class fake_node {
public:
  fake_node(database_kind kind, const std::string& docker_host);

  /// Returns when the node is ready: its first lists are written. Throws after two minutes.
  void start(const support::variables& more = {});
  void end() { node_.reset(); }

  database_kind kind() const noexcept { return kind_; }
  pid_t pid() const noexcept { return node_->pid(); }
  support::http_probe http() { return support::http_probe{node_->port()}; }
  /// Of the node's rows of volumes, those for which the SQL condition holds.
  std::int64_t volumes(const std::string& condition);
  /// Waits until volumes(condition) is `wanted`. Throws after `bound`.
  void await_volumes(const std::string& condition, std::int64_t wanted, std::chrono::seconds bound);

private:
  database_kind kind_;
  std::string docker_host_;
  std::unique_ptr<integration::test_database> database_;
  integration::recorded records_;
  std::optional<support::program> node_;
};

/// Fills the daemon without events: volumes "v0", "v1", … with two labels each, and running
/// containers that mount the first ones.
void fill(support::fake_daemon& daemon, int volumes, int containers);

/// Reads both lists to their end with a plain client, in milliseconds; the median of three times.
double read_lists(const support::fake_daemon& daemon);

} // namespace volumeviz::bench
