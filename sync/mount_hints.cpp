#include "sync/mount_hints.hpp"

namespace volumeviz::sync {

mount_hints mount_hints_of(const committed_fetch& x) {
  const auto of_volumes = x.kind == resource_kind::volume;
  const auto counts = [&](row_kind kind, operation op) {
    return kind == row_kind::mount && (of_volumes || (op == operation::create && !x.asked.list));
  };
  mount_hints hints;
  for (const auto& change : x.written.changes)
    if (counts(change.kind, change.op)) // its detail is "VOLUME at PATH"
      hints.keys.insert(of_volumes ? change.key
                                   : change.detail.substr(0, change.detail.find(" at ")));
  for (const auto& change : x.written.more_changes)
    hints.all |= counts(change.kind, change.op);
  return hints;
}

} // namespace volumeviz::sync
