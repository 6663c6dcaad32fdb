// The node itself: its checks, its actors, and a reconciliation on demand.

import { h, name, redraw, set } from "../lib/dom.js";
import { count, moment } from "../lib/format.js";
import { once_a_frame } from "../lib/signal.js";
import { get, path } from "../data/api.js";
import { health } from "../data/health.js";
import { reconcile_panel } from "../parts/reconcile.js";
import { status_text } from "../parts/marks.js";

const interval = 2_000;

export function open(route, scope) {
  const checks = h("dl", { class: "fields" }), events = h("dl", { class: "fields" }), note = h("p", { class: "note" });
  const tree = h("tbody");
  const lines = new Map(); // actor → its cells
  let last = null;
  const draw = once_a_frame(() => {
    show_checks(checks);
    show_events(events);
  });

  async function load() {
    try {
      const { items } = await get(path("actors"));
      const now = performance.now();
      show_actors(items, last, now);
      last = { now, busy: new Map(items.map(x => [x.name, x.busy_ms])), handled: new Map(items.map(x => [x.name, x.handled])) };
      redraw(note, "", () => []);
    } catch (error) {
      redraw(note, error.message, () => [`The actors can't be read: ${error.message}`]);
    }
  }

  function show_actors(items, before, now) {
    const ordered = in_tree_order(items);
    for (const [key, line] of lines) if (!items.some(x => x.name === key)) {
      line.element.remove();
      lines.delete(key);
    }
    ordered.forEach(({ actor, depth }) => {
      if (!lines.has(actor.name)) lines.set(actor.name, new_line(actor, depth));
      const line = lines.get(actor.name);
      tree.append(line.element);
      show_actor(line, actor, before, now);
    });
  }

  scope.every(interval, load);
  scope.add(health.changed.on(draw));
  load();
  return {
    title: "System",
    element: h("div", { class: "system" },
      h("section", { "aria-label": "Checks" }, h("h2", {}, "Checks"), checks),
      h("section", { "aria-label": "Events" }, h("h2", {}, "Events"), events),
      h("section", { "aria-label": "Reconciliation" }, h("h2", {}, "Reconciliation"), reconcile_panel(scope)),
      h("section", { "aria-label": "Actors" }, h("h2", {}, "Actors"), note, h("div", { class: "table-place", role: "region", "aria-label": "Table of actors", tabindex: "0" },
        h("table", { class: "actors" }, h("thead", {}, h("tr", {}, ["Actor", "State", "Mailbox", "Load", "Messages a second", "Restarts"].map((x, i) =>
          h("th", { scope: "col", class: i > 3 ? "minor number" : null }, x)))), tree)))),
    update: draw,
  };
}

function in_tree_order(items) {
  const children = new Map();
  for (const x of items) children.set(x.parent, [...children.get(x.parent) ?? [], x]);
  const result = [], seen = new Set();
  const walk = (parent, depth) => {
    for (const actor of children.get(parent) ?? []) {
      if (seen.has(actor.name)) continue;
      seen.add(actor.name);
      result.push({ actor, depth });
      walk(actor.name, depth + 1);
    }
  };
  walk(null, 0);
  return [...result, ...items.filter(x => !seen.has(x.name)).map(actor => ({ actor, depth: 0 }))];
}

function new_line(actor, depth) {
  const cells = Object.fromEntries(["state", "mailbox", "load", "rate", "restarts"].map(x => [x, h("span")]));
  const bar = h("meter", { min: 0, max: 100, low: 60, high: 90, optimum: 0, "aria-label": `load of ${actor.name}` });
  const element = h("tr", {}, h("th", { scope: "row", class: `depth-${Math.min(depth, 6)}` }, name(actor.name)), h("td", {}, cells.state), h("td", {}, cells.mailbox),
    h("td", {}, bar, " ", cells.load), h("td", { class: "minor number" }, cells.rate), h("td", { class: "minor number" }, cells.restarts));
  return { element, cells, bar };
}

function show_actor({ cells, bar }, actor, before, now) {
  const seconds = before ? (now - before.now) / 1000 : 0;
  const busy = seconds ? Math.max(0, actor.busy_ms - (before.busy.get(actor.name) ?? actor.busy_ms)) / (seconds * 10) : 0;
  const rate = seconds ? Math.max(0, actor.handled - (before.handled.get(actor.name) ?? actor.handled)) / seconds : 0;
  const texts = { state: actor.state, mailbox: actor.mailbox_limit === null ? count(actor.mailbox) : `${count(actor.mailbox)} of ${count(actor.mailbox_limit)}`,
    load: `${Math.round(busy)} %`, rate: rate.toFixed(1), restarts: count(actor.restarts) };
  for (const [key, text] of Object.entries(texts)) if (cells[key].textContent !== text) cells[key].textContent = text;
  cells.restarts.className = actor.restarts ? "warn" : "";
  set(bar, { value: Math.min(100, Math.round(busy)) });
}

function show_checks(element) {
  redraw(element, [health.checks(), health.error], () => health.error ? [h("dt", {}, "answer"), h("dd", { class: "bad" }, health.error)]
    : health.checks().map(([check, status, reasons]) => [h("dt", {}, check), h("dd", {}, status_text(status), reasons.map(x => h("div", {}, name(x))))]));
}

function show_events(element) {
  const x = health.report?.checks.events;
  if (!x) return;
  const at = seconds => seconds ? moment(seconds * 1000) : "not yet";
  redraw(element, x, () => [["Processed", count(x.processed_total)], ["Failed", count(x.errors_total)], ["Dropped", count(x.dropped_total)], ["Waiting", count(x.queue_size)],
    ["Reconnects", count(x.reconnects_total)], ["Last event", at(x.last_event_timestamp)], ["Last reconnect", at(x.last_reconnect_timestamp)],
    ["Reconciliations", `${count(x.reconciliation_runs.full)} full, ${count(x.reconciliation_runs.volumes)} of volumes, ${count(x.reconciliation_runs.containers)} of containers`]]
    .map(([title, text]) => [h("dt", {}, title), h("dd", {}, text)]));
}
