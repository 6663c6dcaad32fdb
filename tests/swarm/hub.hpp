#pragma once

#include "tests/stage/stage.hpp"
#include "tests/swarm/crowd.hpp"
#include "text/host_port.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::swarm {

/// The built program as a hub with its own database, always at the same address.
class hub {
public:
  /// `own`: settings for each start.
  explicit hub(integration::database_kind kind, support::variables own = {});

  /// Starts it and waits until it accepts agents; throws after 20 s.
  void start(const support::variables& more = {});
  void kill(); ///< SIGKILL; waits until it has ended
  void stop(); ///< SIGTERM; throws unless it ends in time with exit code 0

  const text::host_port& address() const noexcept { return address_; }
  support::program& program() { return *program_; }
  support::http_probe http() { return support::http_probe{program_->port()}; }
  std::string database_url() const { return database_->url(); }
  integration::recorded& rows() { return rows_; }

private:
  std::unique_ptr<integration::test_database> database_;
  integration::recorded rows_;
  text::host_port address_;
  support::variables own_;
  std::optional<support::program> program_;
};

/// One line for each difference between the database's rows and the hosts, at most ten; empty:
/// exact. Call it while nothing changes and all batches are answered.
std::vector<std::string> wrong_rows(hub& where, const crowd& agents);

} // namespace volumeviz::swarm
