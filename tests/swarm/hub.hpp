#pragma once

#include "tests/integration/stage.hpp"
#include "tests/swarm/crowd.hpp"
#include "text/host_port.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::swarm {

/// The built program as a hub, on a database of its own. Always at the same address.
class hub {
public:
  /// `own`: settings of every start.
  explicit hub(integration::database_kind kind, support::variables own = {});

  /// Until it waits for agents; throws when it does not within 20 s.
  void start(const support::variables& more = {});
  void kill(); ///< SIGKILL, until it is gone
  void stop(); ///< SIGTERM; throws unless it ends in time and in order

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

/// A line for everything in which the database's rows differ from what the hosts have, in all hosts
/// and in all tables, ten at most; empty: exact. Read while nothing changes and all is settled.
std::vector<std::string> wrong_rows(hub& where, const crowd& agents);

} // namespace volumeviz::swarm
