// The live feed of changes, and the pages before it.

import { h, redraw } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { current_route } from "../lib/route.js";
import { once_a_frame } from "../lib/signal.js";
import { changes } from "../data/changes.js";
import { feed } from "../data/feed.js";
import { live } from "../data/live.js";
import { change_line } from "../parts/change_list.js";
import { choice_filter, different, filter_bar, text_filter } from "../parts/filters.js";

const page = 200, most_kept = 2_000;
const fields = ["kind", "operation", "source", "host", "volume", "container"];

export function open(route, scope) {
  const list = h("ol", { class: "changes" }), note = h("p", { class: "note", role: "status" });
  const lines = new Map(); // id → element
  let items = [], waiting = [], next = null, paused = false, asked = null, problem = "", loading = true;
  const draw = once_a_frame(show);
  const filters = [
    choice_filter("kind", "Kind", () => ["volume", "container", "mount"]), choice_filter("operation", "Operation", () => ["create", "update", "remove"]),
    choice_filter("source", "Source", () => ["event", "reconciliation", "client"]), choice_filter("host", "Host", () => different([...live.volumes.values(), ...live.containers.values()], x => x.host)),
    text_filter("volume", "Volume", "whole name"), text_filter("container", "Container", "name or id"),
  ];
  const pause = h("button", { type: "button", "aria-pressed": "false", onclick: () => {
    paused = !paused;
    if (!paused) take(waiting.splice(0));
    show();
  } }, "Pause");
  const older = h("button", { type: "button", onclick: () => load(next) }, "Older changes");

  function query() {
    const given = current_route().query;
    return Object.fromEntries(fields.map(x => [x, given.get(x) ?? ""]));
  }
  async function load(before = "") {
    const of = asked = JSON.stringify(query());
    loading = true;
    try {
      const found = await changes({ ...query(), limit: page, before });
      if (of !== asked) return;
      if (!before) items = [];
      const known = new Set(items.map(x => x.id));
      items = [...items, ...found.items.filter(x => !known.has(x.id))].sort((a, b) => b.id - a.id);
      next = found.next;
      problem = "";
    } catch (error) {
      if (of !== asked) return;
      if (!before) items = [];
      problem = error.status === 404 ? "The node keeps no history. Set HISTORY_RETENTION, for example to 30d, and restart it." : error.message;
    }
    loading = false;
    draw();
  }
  function arrived(change) {
    if (!fits(change, query())) return;
    if (paused) waiting = [...waiting, change].slice(-most_kept);
    else take([change]);
    draw();
  }
  function take(fresh) {
    const known = new Set(items.slice(0, 500).map(x => x.id));
    for (const change of fresh) {
      if (known.has(change.id)) continue;
      lines.set(change.id, change_line(change, { fresh: true }));
      items.unshift(change);
    }
    if (items.length > most_kept) {
      items.length = most_kept;
      next = items.at(-1).id;
    }
  }
  function show() {
    for (const filter of filters) filter.show(current_route().query, []);
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Continue" : "Pause";
    const text = problem ? problem : paused ? `Paused; ${plural(waiting.length, "change")} waiting.` : "";
    redraw(note, text, () => [text]);
    const kept = new Set(items.map(x => x.id));
    for (const id of lines.keys()) if (!kept.has(id)) lines.delete(id);
    const elements = items.map(x => lines.get(x.id) ?? lines.set(x.id, change_line(x)).get(x.id));
    if (elements.length === 0) elements.push(h("li", { class: "empty" }, loading ? "Loading …" : problem ? "" : "No change matches. Create a volume or clear a filter."));
    place(elements);
    older.hidden = !next || problem !== "";
  }
  // New lines come on top: only these are inserted, so that an opened line and the reader's place stay.
  function place(elements) {
    const wanted = new Set(elements);
    for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
    elements.forEach((element, i) => list.children[i] !== element && list.insertBefore(element, list.children[i] ?? null));
  }
  scope.add(feed.change.on(arrived), feed.reset.on(() => load()), feed.changed.on(() => feed.state === "live" && problem && load()), live.changed.on(what => what === "loaded" && draw()));
  return {
    title: "Changes",
    element: h("div", {}, filter_bar(filters, h("span", { class: "filter-end" }, pause)), note, list, older),
    update() {
      if (JSON.stringify(query()) !== asked) load();
      show();
    },
  };
}

export function fits(change, { kind, operation, source, host, volume, container }) {
  return (!kind || change.kind === kind) && (!operation || change.operation === operation) && (!source || change.source === source)
    && (!host || change.host === host) && (!volume || change.volume_id === volume)
    && (!container || (change.kind !== "volume" && (change.name === container || (container.length >= 12 && change.container_id.startsWith(container)))));
}
