#include "persistence/compared_lists.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace volumeviz::persistence {

namespace {

/// A mount's row belongs to its container, whose id is the change's key.
bool is_of_volume(row_kind kind) {
  return kind == row_kind::volume;
}

/// The keys among these changed or rejected rows: of volumes, or of containers.
template <class Rows>
std::set<std::string_view> keys_of(const Rows& rows, bool volumes) {
  std::set<std::string_view> keys;
  for (const auto& x : rows)
    if (is_of_volume(x.kind) == volumes)
      keys.insert(x.key);
  return keys;
}

} // namespace

void seen_host::forget(const write_summary& changed) {
  for (const auto& x : changed.changes)
    (is_of_volume(x.kind) ? volumes : containers).forget(x.key);
}

void seen_host::learn(const write_summary& changed, learned_rows&& shown) {
  forget(changed);
  if (shown.volumes)
    volumes = std::move(*shown.volumes);
  if (shown.containers)
    containers = std::move(*shown.containers);
}

compared_lists::compared_lists(session& on, const change_batch& batch) {
  if (batch.volumes.complete)
    volumes.emplace(on, batch.host, batch.volumes);
  if (batch.containers.complete)
    containers.emplace(on, batch.host, batch.containers);
}

learned_rows learn(session& on, const compared_lists& lists, const write_summary& written) {
  learned_rows learned;
  if (lists.volumes)
    learned.volumes = lists.volumes->after_writing(on, keys_of(written.changes, true),
                                                   keys_of(written.rejected, true));
  if (lists.containers)
    learned.containers = lists.containers->after_writing(on, keys_of(written.changes, false),
                                                         keys_of(written.rejected, false));
  return learned;
}

} // namespace volumeviz::persistence
