// One page of a table that has more rows than this page loads: the node itself sorts, filters and counts them.

import { get, path, pages } from "./api.js";
import { rows_of_page } from "./rows_of_page.js";

export const page_size = 100;
const shortest_pause = 1_000; // between two answers, however often something changes

export class ServerRows {
  inventory = rows_of_page("volumes", []);
  rows = [];
  total = null;
  page = 1;
  error = "";
  #kind;
  #changed;
  #query = {};      // of the API
  #filters = null;  // its text: cursors belong to it
  #cursor = "";
  #cursors = new Map();  // of the pages that are known
  #stop = null;
  #timer = 0;
  #loaded_at = 0;

  /** `changed()` is called when there is something else to show. */
  constructor(kind, changed) {
    this.#kind = kind;
    this.#changed = changed;
  }

  get loading() { return this.total === null && !this.error; }

  /** `query`: as the API takes it, without pages. `page` and `cursor`: of the address. */
  show(query, page, cursor) {
    const filters = JSON.stringify(query), same = filters === this.#filters;
    if (!same) this.#cursors = new Map([[1, ""]]);
    const known = page === 1 ? "" : cursor;
    if (same && known === this.#cursor) return;
    this.#filters = filters;
    this.#query = query;
    this.#cursor = known;
    this.page = known ? page : 1;
    this.#cursors.set(this.page, known);
    this.#load();
  }

  /** What the address of another page is; null when that page's cursor is not known. */
  turn(to) {
    const cursor = this.#cursors.get(to);
    return cursor === undefined ? null : { page: to === 1 ? "" : to, cursor };
  }

  /** Something has changed in the database. */
  refresh() {
    if (this.#timer || this.#filters === null) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (!this.#stop) this.#load();
      else this.refresh();
    }, Math.max(100, this.#loaded_at + shortest_pause - Date.now()));
  }

  async #load() {
    this.#stop?.abort();
    const stop = this.#stop = new AbortController();
    try {
      const answer = await get(path(this.#kind, { ...this.#asked(), count: true, limit: page_size, cursor: this.#cursor }), { signal: stop.signal });
      this.inventory = rows_of_page(this.#kind, answer.items);
      this.rows = [...this.inventory[this.#kind].values()];
      this.total = answer.total;
      if (answer.next) this.#cursors.set(this.page + 1, answer.next);
      else this.#cursors.delete(this.page + 1);
      this.error = "";
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error.message;
    }
    this.#stop = null;
    this.#loaded_at = Date.now();
    this.#changed();
  }

  #asked() {
    // Of an earlier moment the API has no mounts of containers.
    return { ...this.#query, mounts: this.#kind === "containers" && !this.#query.at };
  }

  /** All rows that match, page by page: { rows, inventory }. */
  async* all() {
    for await (const page of pages(this.#kind, this.#asked(), 1000, Infinity)) {
      const inventory = rows_of_page(this.#kind, page.items);
      yield { inventory, rows: [...inventory[this.#kind].values()] };
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#stop?.abort();
    this.#stop = null;
    this.#filters = null;
    this.#cursor = "";
    this.total = null;
  }
}
