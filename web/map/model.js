// What the map shows: nodes and edges of an inventory, kept up change by change.

import { groups_of, group_of, node_key } from "./groups.js";
import { Layout } from "./layout.js";

export const most_things = 2_000; // more are shown as groups that stand for their members
const ghost_time = 2_500, fresh_time = 2_500;

export class MapModel {
  layout = new Layout();
  nodes = new Map();
  edges = [];
  fresh = new Map();  // key of a node or edge → when its mark ends
  opened = new Set(); // groups, while there are too many things
  crowded = false;
  #neighbours = new Map();
  #ghosts = new Map(); // key → when it disappears

  /** Everything anew. `aspect`: width / height of the place for it. */
  arrange(inventory, host, aspect) {
    const groups = groups_of(inventory, host);
    const things = groups.reduce((sum, x) => sum + x.volumes.length + x.containers.length, 0);
    this.crowded = things > most_things;
    this.layout.arrange(groups, group => this.crowded && !this.opened.has(group.id), aspect);
    this.nodes = new Map(groups.flatMap(x => [...x.volumes, ...x.containers]).map(x => [x.key, x]));
    this.#ghosts.clear();
    this.#connect(inventory);
  }

  /** Brings nodes and edges up to the inventory without moving any; false when something new has no place. */
  update(inventory, host, now) {
    let fits = true;
    const seen = new Set();
    const take = (kind, id, row) => {
      if (host && row.host !== host) return;
      const key = node_key(kind, row.host, id), old = this.nodes.get(key);
      seen.add(key);
      if (old && !old.gone) {
        if (old.row !== row && has_changed(old.row, row)) this.fresh.set(key, now + fresh_time);
        old.row = row;
        return;
      }
      const node = { key, kind, row, title: row.name, group: group_of(inventory, kind, row) };
      if (old) this.#drop(key);
      this.nodes.set(key, node);
      this.fresh.set(key, now + fresh_time);
      fits = this.layout.add(node) && fits;
    };
    for (const row of inventory.volumes.values()) take("volume", row.volume_id, row);
    for (const row of inventory.containers.values()) take("container", row.container_id, row);
    for (const [key, node] of this.nodes)
      if (!seen.has(key) && !node.gone) {
        node.gone = true;
        this.#ghosts.set(key, now + ghost_time);
      }
    const before = new Set(this.edges.map(x => x.key));
    this.#connect(inventory);
    for (const edge of this.edges) if (!before.has(edge.key)) this.fresh.set(edge.key, now + fresh_time);
    return fits;
  }

  /** Ends marks and removes what has faded; returns whether more of it is to come. */
  age(now) {
    for (const [key, end] of this.fresh) if (end <= now) this.fresh.delete(key);
    for (const [key, end] of this.#ghosts) if (end <= now) this.#drop(key);
    return this.fresh.size > 0 || this.#ghosts.size > 0;
  }

  neighbours(key) { return this.#neighbours.get(key) ?? []; }

  #drop(key) {
    const node = this.nodes.get(key);
    if (node) this.layout.remove(node);
    this.nodes.delete(key);
    this.#ghosts.delete(key);
  }

  #connect(inventory) {
    this.edges = [];
    this.#neighbours = new Map();
    const join = (a, b) => this.#neighbours.set(a, [...this.#neighbours.get(a) ?? [], b]);
    for (const mount of inventory.mounts.values()) {
      const from = node_key("volume", mount.host, mount.volume_id), to = node_key("container", mount.host, mount.container_id);
      if (!this.nodes.has(from) || !this.nodes.has(to)) continue;
      this.edges.push({ key: mount.key, from, to, mount, running: inventory.container_of(mount)?.is_active ?? false });
      join(from, to);
      join(to, from);
    }
    for (const node of this.nodes.values()) node.orphaned = node.kind === "volume" && !node.gone && inventory.is_orphaned(node.row);
  }
}

function has_changed(before, after) {
  return before.state !== after.state || before.name !== after.name || before.is_active !== after.is_active || before.updated_at !== after.updated_at;
}
