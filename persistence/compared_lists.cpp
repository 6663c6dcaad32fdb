#include "persistence/compared_lists.hpp"

#include <set>
#include <string_view>

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

compared_lists::compared_lists(session& on, const change_batch& batch) {
  if (batch.volumes.complete)
    volumes.emplace(on, batch.host, batch.volumes);
  if (batch.containers.complete)
    containers.emplace(on, batch.host, batch.containers);
}

const std::vector<volume>& compared_lists::volumes_to_write(const change_batch& batch,
                                                            const seen_host& seen) {
  return volumes ? volumes->to_compare(seen.volumes) : batch.volumes.present;
}

const std::vector<container>& compared_lists::containers_to_write(const change_batch& batch,
                                                                  const seen_host& seen) {
  return containers ? containers->to_compare(seen.containers) : batch.containers.present;
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
