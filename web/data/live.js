// The one inventory of now, shared by all views, and inventories of earlier moments.

import { Inventory, bound } from "./inventory.js";
import { feed } from "./feed.js";

const poll_interval = 3_000;
const first_wait = 500; // for the stream

export const bound_text = `There are more than ${bound.toLocaleString("en")} rows; only the first ones are here. `
  + "The tables have all of them.";

export const live = new Inventory();
let loading = null, again = false;

/** Loads the inventory; a call while it loads has it loaded once more afterwards. */
export function reload() {
  if (loading) {
    again = true;
    return loading;
  }
  loading = live.load().finally(() => {
    loading = null;
    if (again) {
      again = false;
      reload();
    }
  });
  return loading;
}

export function start_live() {
  feed.change.on(change => live.apply(change));
  feed.reset.on(reload);
  // The stream first, then the lists: what changes in between is then in the stream.
  let loaded_for_stream = false;
  feed.changed.on(() => {
    if (loaded_for_stream || feed.state === "connecting") return;
    loaded_for_stream = feed.state === "live";
    reload();
  });
  feed.start();
  setTimeout(() => live.state === "loading" && !loading && reload(), first_wait);
  setInterval(() => {
    if (feed.state === "off" || live.state === "failed") reload();
  }, poll_interval);
}

/** Without rows, with the reason. */
export function failed_inventory(error) {
  const inventory = new Inventory();
  inventory.state = "failed";
  inventory.error = error;
  return inventory;
}

/** The inventory of a moment. Asking again before the answer is there gives up the earlier question. */
export class Past {
  #stop = null;

  async at(moment, host = "", whole = true) {
    this.#stop?.abort();
    this.#stop = null;
    if (!moment) return null;
    this.#stop = new AbortController();
    const inventory = new Inventory();
    const { signal } = this.#stop;
    await inventory.load({ at: moment, host, whole, signal });
    if (signal.aborted) return null;
    if (inventory.state === "failed") throw inventory.problem;
    return inventory;
  }
}
