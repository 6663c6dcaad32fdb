// What one page of a list says, in the shape of an inventory: the rows, and what they say of the other kind.

import { Inventory, key_of, take_mount, take_volume } from "./inventory.js";

const running = new Set(["running", "paused", "restarting"]);

class RowsOfPage extends Inventory {
  state = "complete";
  project_of_volume(volume) { return volume.project ?? super.project_of_volume(volume); }
}

/** `items` of the list of volumes, or of containers with their mounts. */
export function rows_of_page(kind, items) {
  const page = new RowsOfPage();
  items.forEach(row => kind === "volumes" ? take_with_users(page, row) : take_container(page, row));
  for (const mount of page.mounts.values()) page.set_mount(mount);
  return page;
}

function take_with_users(page, row) {
  take_volume(page, row);
  for (const { container_id, name, state } of row.containers)
    page.containers.set(key_of(row.host, container_id), { host: row.host, container_id, name, state, is_active: running.has(state), labels: {} });
}

function take_container(page, { mounts = [], ...row }) {
  page.containers.set(key_of(row.host, row.container_id), row);
  for (const x of mounts) take_mount(page, row.host, { container_id: row.container_id, ...x });
}
