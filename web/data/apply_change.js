// Applies a change of the feed to an inventory. Applying one twice does no harm.

import { key_of, mount_key } from "./inventory.js";

/** False when the change is of a kind that this page does not know. */
export function apply_change(to, change) {
  const work = { volume: volume_changed, container: container_changed, mount: mount_changed }[change.kind];
  if (!work) return false;
  work(to, change);
  return true;
}

function volume_changed(to, change) {
  const key = key_of(change.host, change.volume_id);
  const row = to.volumes.get(key);
  if (change.operation === "remove") {
    to.volumes.delete(key);
  } else if (change.operation === "create") {
    to.volumes.set(key, { last_used_at: null, last_used_by: null, ...row, ...change.new });
    mark_orphan(to, change.host, change.volume_id, change.at);
  } else if (row) {
    to.volumes.set(key, { ...row, ...change.new });
  }
}

function container_changed(to, change) {
  const key = key_of(change.host, change.container_id);
  const row = to.containers.get(key);
  const ended = row?.is_active && (change.operation === "remove" || change.new?.is_active === false);
  if (ended)
    for (const mount of to.mounts_of_container(row))
      used(to, mount, change.at, { container_id: row.container_id, name: row.name, image: row.image });
  if (change.operation === "remove") to.containers.delete(key);
  else if (change.operation === "create") to.containers.set(key, { ...change.new });
  else if (row) to.containers.set(key, { ...row, ...change.new });
}

function mount_changed(to, change) {
  const place = { host: change.host, volume_id: change.volume_id, container_id: change.container_id, mount_path: change.mount_path };
  const key = mount_key(place);
  if (change.operation === "remove") to.remove_mount(key);
  else to.set_mount({ access_mode: "rw", ...to.mounts.get(key), ...change.new, ...place, key });
  mark_orphan(to, change.host, change.volume_id, change.at);
}

function used(to, mount, at, by) {
  const key = key_of(mount.host, mount.volume_id);
  const volume = to.volumes.get(key);
  if (volume) to.volumes.set(key, { ...volume, last_used_at: at, last_used_by: by });
}

function mark_orphan(to, host, volume_id, at) {
  const key = key_of(host, volume_id);
  const volume = to.volumes.get(key);
  if (!volume) return;
  const orphaned_since = to.is_orphaned(volume) ? volume.orphaned_since ?? at : null;
  if (orphaned_since !== (volume.orphaned_since ?? null)) to.volumes.set(key, { ...volume, orphaned_since });
}
