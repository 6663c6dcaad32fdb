// Sorts an inventory into the groups of the map: one for each project, one for what has none, one for orphaned volumes.

import { key_of } from "../data/inventory.js";
import { project_of } from "../data/projects.js";

export const orphans_id = "orphans";
const without_id = "without";

/** [{ id, title, volumes: [node], containers: [node] }]; a node is { key, kind, row, title, group }. */
export function groups_of(inventory, host) {
  const groups = new Map();
  const several = new Set([...inventory.volumes.values(), ...inventory.containers.values()].map(x => x.host)).size > 1;
  const group = (id, title, order) => {
    if (!groups.has(id)) groups.set(id, { id, title, order, volumes: [], containers: [] });
    return groups.get(id);
  };
  const place = row_project => row_project
    ? group("project " + row_project, row_project, 0) : group(without_id, "no project", 1);
  for (const row of inventory.containers.values())
    if (!host || row.host === host) {
      const home = place(project_of(row));
      home.containers.push(node("container", row.container_id, row, several, home.id));
    }
  for (const row of inventory.volumes.values())
    if (!host || row.host === host) {
      const home = inventory.is_orphaned(row) ? group(orphans_id, "orphaned volumes", 2) : place(inventory.project_of_volume(row));
      home.volumes.push(node("volume", row.volume_id, row, several, home.id));
    }
  const result = [...groups.values()].sort((a, b) => a.order - b.order || compare(a.title, b.title));
  for (const x of result) {
    x.volumes.sort((a, b) => compare(a.title, b.title));
    x.containers.sort((a, b) => compare(a.title, b.title));
  }
  return result;
}

function node(kind, id, row, several, group) {
  return { key: node_key(kind, row.host, id), kind, row, title: several ? `${row.name} · ${row.host}` : row.name, group };
}

export function node_key(kind, host, id) {
  return `${kind}\n${key_of(host, id)}`;
}

export function group_of(inventory, kind, row) {
  if (kind === "volume" && inventory.is_orphaned(row)) return orphans_id;
  const project = kind === "volume" ? inventory.project_of_volume(row) : project_of(row);
  return project ? "project " + project : without_id;
}

const texts = new Intl.Collator("en", { numeric: true });
const compare = (a, b) => texts.compare(a, b);
