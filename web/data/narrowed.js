// For inventories with more rows than this page loads: the rows that the node itself selects, by host, driver, label or orphaned.

import { Inventory } from "./inventory.js";

export class Narrowed {
  inventory = null; // null: the whole one is enough
  #asked = "";
  #stop = null;
  #changed;
  #kind;

  constructor(kind, changed) {
    this.#kind = kind;
    this.#changed = changed;
  }

  show(whole, filters) {
    const asked = whole.state === "partial" && Object.entries(filters).some(([key, x]) => x && key !== "at") ? JSON.stringify(filters) : "";
    if (asked === this.#asked) return;
    this.close();
    this.#asked = asked;
    if (asked) this.#load(filters);
  }

  async #load(filters) {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const inventory = new Inventory();
    const { host, at, ...volume_filters } = filters;
    await inventory.load({ host, at, signal, volume_filters: this.#kind === "volumes" ? volume_filters : {} });
    if (signal.aborted) return;
    this.inventory = inventory;
    this.#changed("loaded");
  }

  close() {
    this.#stop?.abort();
    this.inventory = null;
    this.#asked = "";
  }
}
