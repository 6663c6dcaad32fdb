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
  /// `known`: hosts that have a row; must outlive this.
  host_writer(session& on, const std::set<std::string>& known, std::string now)
      : on_{on}, known_{known}, now_{std::move(now)} {}

  /// Each of another host. Every host has a row then, with what the batch tells of it.
  void write(const std::vector<const change_batch*>& batches);
  /// Hosts that were not known and have a row now, if the transaction is committed.
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
