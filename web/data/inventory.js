// Volumes, containers and mounts in memory: of now, kept up by the feed, or of an earlier moment.

import { Signal } from "../lib/signal.js";
import { pages } from "./api.js";
import { apply_change } from "./apply_change.js";
import { project_of } from "./projects.js";

export const bound = 20_000; // rows of a kind; more belong into a database client
const first_page = 100, largest_page = 1000; // the first rows shall be on the screen soon

export const key_of = (host, id) => `${host}\n${id}`;

export class Inventory {
  volumes = new Map();
  containers = new Map();
  mounts = new Map();
  #by_volume = new Map();
  #by_container = new Map();
  #held = null; // changes that arrive while it loads
  state = "loading"; // loading · complete · partial (more rows exist than `bound`) · failed
  error = "";
  problem = null; // what was thrown
  totals = {}; // how many rows of a kind there were when it was loaded
  changed = new Signal(); // (what: "loaded" | "page" | the change)

  /**
   * `at`: a moment as the API takes it; empty for now. Changes that arrive meanwhile are kept and applied.
   * `whole`: false when some rows are of no use.
   */
  async load({ at = "", host = "", whole = true, signal } = {}) {
    this.#held = [];
    const fresh = { volumes: new Map(), containers: new Map(), mounts: new Map() };
    let more = false;
    const first = this.state === "loading";
    if (first) Object.assign(this, fresh); // shows each page as it comes
    try {
      const read = async (kind, take) => {
        let left_out = false;
        for await (const page of pages(kind, { at, host, count: true }, first ? first_page : largest_page, bound, { signal })) {
          page.items.forEach(take);
          this.totals[kind] = page.total ?? this.totals[kind];
          left_out = page.more;
          if (first) this.#show_page();
          if (!whole && this.is_partial) break;
        }
        more ||= left_out;
      };
      await Promise.all([
        read("volumes", row => take_volume(fresh, row)),
        read("containers", row => fresh.containers.set(key_of(row.host, row.container_id), row)),
      ]);
      Object.assign(this, fresh);
      this.state = more ? "partial" : "complete";
      this.error = "";
    } catch (error) {
      if (error.name === "AbortError") return;
      this.state = this.state === "loading" ? "failed" : this.state;
      this.problem = error;
      this.error = `The rows can't be read: ${error.message}`;
    }
    this.#index();
    for (const change of this.#held.splice(0)) apply_change(this, change);
    this.#held = null;
    this.changed.emit("loaded");
  }

  /** Whether it has, or will have, some of the rows only. */
  get is_partial() { return this.state === "partial" || (this.state === "loading" && Object.values(this.totals).some(x => x > bound)); }

  #show_page() {
    this.#index();
    this.changed.emit("page");
  }

  apply(change) {
    if (this.#held) return void this.#held.push(change);
    if (apply_change(this, change)) this.changed.emit(change);
  }

  #index() {
    this.#by_volume = new Map();
    this.#by_container = new Map();
    for (const mount of this.mounts.values()) this.#add_to_index(mount);
  }

  #add_to_index(mount) {
    for (const [index, key] of this.#places(mount)) {
      if (!index.has(key)) index.set(key, new Map());
      index.get(key).set(mount.key, mount);
    }
  }

  #places(mount) {
    return [[this.#by_volume, key_of(mount.host, mount.volume_id)],
            [this.#by_container, key_of(mount.host, mount.container_id)]];
  }

  set_mount(mount) {
    this.mounts.set(mount.key, mount);
    this.#add_to_index(mount);
  }

  remove_mount(key) {
    const mount = this.mounts.get(key);
    if (!mount) return;
    this.mounts.delete(key);
    for (const [index, place] of this.#places(mount)) {
      index.get(place)?.delete(key);
      if (index.get(place)?.size === 0) index.delete(place);
    }
  }

  mounts_of_volume(volume) { return [...this.#by_volume.get(key_of(volume.host, volume.volume_id))?.values() ?? []]; }
  mounts_of_container(container) {
    return [...this.#by_container.get(key_of(container.host, container.container_id))?.values() ?? []];
  }
  container_of(mount) { return this.containers.get(key_of(mount.host, mount.container_id)); }
  volume_of(mount) { return this.volumes.get(key_of(mount.host, mount.volume_id)); }
  is_orphaned(volume) { return !this.#by_volume.has(key_of(volume.host, volume.volume_id)); }
  is_in_use(volume) { return this.mounts_of_volume(volume).some(x => this.container_of(x)?.is_active); }

  /** The project of a volume: of its labels, else the first by name of those whose containers mount it. */
  project_of_volume(volume) {
    const own = project_of(volume);
    if (own) return own;
    let first = "";
    for (const mount of this.mounts_of_volume(volume)) {
      const container = this.container_of(mount), project = container ? project_of(container) : "";
      if (project && (!first || project < first)) first = project;
    }
    return first;
  }
}

export function mount_key(x) {
  return [x.host, x.volume_id, x.container_id, x.mount_path].join("\n");
}

/** A row of the list of volumes, with its mounts. */
export function take_volume(to, { containers, ...row }) {
  to.volumes.set(key_of(row.host, row.volume_id), row);
  for (const x of containers)
    take_mount(to, row.host, { volume_id: row.volume_id, ...x });
}

export function take_mount(to, host, { volume_id, container_id, mount_path, access_mode }) {
  const mount = { host, volume_id, container_id, mount_path, access_mode };
  mount.key = mount_key(mount);
  to.mounts.set(mount.key, mount);
}
