// Changes per minute of the last hour, as bars.

import { h, s, set } from "../lib/dom.js";
import { clock, plural } from "../lib/format.js";

const minutes = 60, width = 600, height = 64;

export class MinutePlot {
  #counts = new Map(); // minute → changes
  #bars = Array.from({ length: minutes }, (_, i) => s("rect", { x: i * (width / minutes) + 1, width: width / minutes - 2, rx: 1 }));
  #text = h("figcaption", {});

  constructor() {
    this.#bars.forEach(bar => bar.append(s("title")));
    this.element = h("figure", { class: "plot" },
      s("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", preserveAspectRatio: "none" }, this.#bars), this.#text);
  }

  add(change) {
    const minute = minute_of(Date.parse(change.recorded_at ?? change.at));
    this.#counts.set(minute, (this.#counts.get(minute) ?? 0) + 1);
  }

  clear() { this.#counts.clear(); }

  /** `complete`: all changes of the hour are counted. */
  draw(now, complete) {
    const last = minute_of(now), first = last - minutes + 1;
    for (const minute of this.#counts.keys()) if (minute < first) this.#counts.delete(minute);
    const counts = Array.from({ length: minutes }, (_, i) => this.#counts.get(first + i) ?? 0);
    const most = Math.max(...counts, 1), all = counts.reduce((a, b) => a + b, 0);
    counts.forEach((value, i) => {
      const tall = value === 0 ? 1 : Math.max(3, value / most * (height - 4));
      set(this.#bars[i], { y: height - tall, height: tall, class: value ? "some" : "none" });
      const text = `${clock((first + i) * 60_000).slice(0, 5)}: ${plural(value, "change")}`;
      if (this.#bars[i].firstChild.textContent !== text) this.#bars[i].firstChild.textContent = text;
    });
    const text = `${complete ? "" : "more than "}${plural(all, "change")} in the last hour, at most ${most > 1 || all ? most : 0} a minute`;
    if (this.#text.textContent !== text) this.#text.textContent = text;
  }
}

const minute_of = time => Math.floor(time / 60_000);
