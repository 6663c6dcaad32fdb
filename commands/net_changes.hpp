#pragma once

#include "messages/changes.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace volumeviz::commands {

/// What several writes have changed together, one change per row:
///
/// | first change | later change | together |
/// |--------------|--------------|----------|
/// | create       | update       | create   |
/// | create       | remove       | nothing  |
/// | remove       | create       | update   |
/// | any          | any other    | later    |
class net_changes {
public:
  void add(const std::vector<row_change>& later);
  /// Sorted by kind and key.
  std::vector<row_change> all() const;

private:
  /// Kind, key and detail: see row_change.
  using row = std::tuple<row_kind, std::string, std::string>;

  std::map<row, operation> changes_;
};

} // namespace volumeviz::commands
