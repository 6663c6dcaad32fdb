#include "persistence/compared_lists.hpp"

#include <set>
#include <string_view>

namespace volumeviz::persistence {

namespace {

/// A mount's row belongs to its container, whose id is the change's key.
bool is_of_volume(row_kind kind) {
  return kind == row_kind::volume;
}

std::set<std::string_view> changed_keys(const write_summary& of, bool volumes) {
  std::set<std::string_view> keys;
  for (const auto& x : of.changes)
    if (is_of_volume(x.kind) == volumes)
      keys.insert(x.key);
  return keys;
}

std::set<std::string_view> rejected_keys(const write_summary& of, bool volumes) {
  std::set<std::string_view> keys;
  for (const auto& x : of.rejected)
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

learned_rows learn(session& on, compared_lists& lists, const write_summary& written) {
  learned_rows learned;
  if (lists.volumes)
    learned.volumes =
        lists.volumes->after_writing(on, changed_keys(written, true), rejected_keys(written, true));
  if (lists.containers)
    learned.containers = lists.containers->after_writing(on, changed_keys(written, false),
                                                         rejected_keys(written, false));
  return learned;
}

} // namespace volumeviz::persistence
