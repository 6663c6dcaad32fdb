#include "commands/net_changes.hpp"

namespace volumeviz::commands {

void net_changes::add(const std::vector<row_change>& later) {
  for (const auto& x : later) {
    const auto [i, is_new] = changes_.try_emplace(row{x.kind, x.key, x.detail}, x.op);
    auto& op = i->second;
    if (is_new)
      continue;
    if (op == operation::create && x.op == operation::remove)
      changes_.erase(i);
    else if (op == operation::remove && x.op == operation::create)
      op = operation::update;
    else if (op != operation::create)
      op = x.op;
  }
}

std::vector<row_change> net_changes::all() const {
  std::vector<row_change> all;
  for (const auto& [of, op] : changes_) {
    const auto& [kind, key, detail] = of;
    all.push_back({kind, op, key, detail});
  }
  return all;
}

} // namespace volumeviz::commands
