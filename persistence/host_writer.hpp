#pragma once

#include "messages/changes.hpp"
#include "persistence/session.hpp"

#include <set>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// Writes the rows of hosts, inside a transaction of the caller. Throws sql_error.
class host_writer {
public:
  /// `known`: hosts that have a row. Must outlive this.
  host_writer(session& on, const std::set<std::string>& known, std::string now)
      : on_{on}, known_{known}, now_{std::move(now)} {}

  /// Gives each batch's host a row, with the batch's facts. Each batch is of another host.
  void write(const std::vector<const change_batch*>& batches);
  /// Hosts that were not known, and that have a row once the transaction is committed.
  std::set<std::string> take_new() { return std::move(new_); }

private:
  void write_all_facts(const std::vector<const change_batch*>& of);
  void write_facts(const std::string& rows, const parameters& values);

  session& on_;
  const std::set<std::string>& known_;
  std::set<std::string> new_;
  std::string now_;
};

} // namespace volumeviz::persistence
