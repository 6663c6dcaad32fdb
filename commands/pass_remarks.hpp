#pragma once

#include "messages/observation.hpp"
#include "messages/resources.hpp"
#include "sync/kept_rows.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::commands {

/// Sentences for people about what a pass could not make exact: partial lists, entries that were
/// left out, rows that the database can't hold, and resources whose inspects failed.
class pass_remarks {
public:
  /// The daemon has answered a fetch.
  void fetched(resource_kind kind, const observation& seen);
  /// The store has written it.
  void committed(resource_kind kind, const write_summary& written);
  /// All of them, each once. `kept` are the rows of volumes that stay although lists lack them.
  std::vector<std::string> sentences(const sync::kept_rows& kept) const;

private:
  void add(std::string sentence);

  std::vector<std::string> sentences_;
  /// Resources whose last inspect failed, and why.
  std::map<std::pair<resource_kind, std::string>, std::string> failed_;
};

} // namespace volumeviz::commands
