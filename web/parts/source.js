// The inventory that a view shows: of now, or of ?at=. Tells what has to be said about it.

import { h } from "../lib/dom.js";
import { count, moment } from "../lib/format.js";
import { Past, bound_text, failed_inventory, live } from "../data/live.js";
import { seconds_of } from "./time_control.js";

export class Source {
  inventory = live;
  at = null;
  #past = new Past();
  #asked = "";
  #changed;
  #whole;
  note = h("p", { class: "note", role: "status" });

  /** `changed(change)` is called whenever there is something else to show. `whole`: see Inventory.load(). */
  constructor(scope, changed, whole = true) {
    this.#changed = changed;
    this.#whole = whole;
    scope.add(live.changed.on(what => {
      if (this.inventory === live) changed(what);
    }));
  }

  show(query) {
    const at = query.get("at") ?? "", host = at ? query.get("host") ?? "" : "";
    if (`${at}\n${host}` === this.#asked) return;
    this.#asked = `${at}\n${host}`;
    this.at = seconds_of(at);
    if (!at) {
      this.inventory = live;
      this.#past.at("").catch(() => {}); // gives up a question that is under way
      return this.#changed("loaded");
    }
    this.#load(at, host);
  }

  async #load(at, host) {
    try {
      const inventory = await this.#past.at(at, host, this.#whole);
      if (!inventory || this.#asked !== `${at}\n${host}`) return;
      this.inventory = inventory;
      this.describe();
      this.#changed("loaded");
    } catch (error) {
      if (this.#asked !== `${at}\n${host}`) return;
      // Nothing rather than the rows of another moment.
      this.inventory = failed_inventory(`The inventory of ${moment(this.at * 1000)} can't be shown: ${error.message}`);
      this.#changed("loaded");
    }
  }

  /** `partial_text`: what to say when there are more rows than the inventory has. */
  describe(partial_text = bound_text) {
    const { inventory } = this;
    const text = inventory.state === "failed" ? inventory.error
      : inventory.is_partial ? partial_text
      : inventory.error ? `These rows may be old. ${inventory.error}`
      : "";
    const then = this.at !== null && inventory !== live && inventory.state !== "failed" ? `This is what was at ${moment(this.at * 1000)}. "live" returns to now. ` : "";
    this.note.className = inventory.state === "failed" || inventory.error ? "note bad" : "note";
    if (this.note.textContent !== then + text) this.note.textContent = then + text;
  }

  get loading() { return this.inventory.state === "loading"; }
}

export function loaded_text(inventory, shown, all) {
  if (inventory.state === "loading") return "loading …";
  return shown === all ? count(all) : `${count(shown)} of ${count(all)}`;
}
