// The overview: is everything right, how much is there, what has just happened.

import { h, name, redraw } from "../lib/dom.js";
import { count, duration } from "../lib/format.js";
import { address } from "../lib/route.js";
import { once_a_frame } from "../lib/signal.js";
import { changes } from "../data/changes.js";
import { feed } from "../data/feed.js";
import { health } from "../data/health.js";
import { live } from "../data/live.js";
import { change_line } from "../parts/change_list.js";
import { state_mark, status_text } from "../parts/marks.js";
import { MinutePlot } from "../parts/plot.js";

const hour = 3_600_000, most_counted = 5_000, last_shown = 12;

export function open(route, scope) {
  const verdict = h("div", { class: "verdict" }), numbers = h("div", { class: "numbers" }), last = h("ol", { class: "changes" });
  const plot = new MinutePlot();
  const draw = once_a_frame(show);
  let newest = null, complete = true, problem = "", host = "";
  const fresh = new Set();

  async function load() {
    const asked = host;
    plot.clear();
    try {
      const found = [];
      let before = "";
      do {
        const page = await changes({ host: asked, limit: 1000, before });
        found.push(...page.items);
        before = page.next ?? "";
      } while (before && found.length < most_counted && Date.parse(found.at(-1).recorded_at) > health.now() - hour);
      if (asked !== host) return;
      complete = !before || Date.parse(found.at(-1).recorded_at) <= health.now() - hour;
      found.forEach(x => plot.add(x));
      newest = found.slice(0, last_shown);
      problem = "";
    } catch (error) {
      newest = [];
      problem = error.status === 404 ? "The node keeps no history (HISTORY_RETENTION=0), so changes are not shown." : error.message;
    }
    draw();
  }

  function arrived(change) {
    if (newest === null || problem || (host && change.host !== host) || newest.some(x => x.id === change.id)) return;
    plot.add(change);
    fresh.add(change.id);
    newest = [change, ...newest].slice(0, last_shown);
    draw();
  }

  function show() {
    show_verdict(verdict);
    show_numbers(numbers, host);
    plot.draw(health.now(), complete);
    plot.element.hidden = problem !== "";
    redraw(last, [problem, newest?.map(x => x.id)], () => problem ? [h("li", { class: "empty" }, problem)]
      : newest === null ? [h("li", { class: "empty" }, "Loading …")]
      : newest.length === 0 ? [h("li", { class: "empty" }, "Nothing has changed yet. Create a volume, and it appears here at once.")]
      : newest.map(x => change_line(x, { details: false, fresh: fresh.delete(x.id) })));
  }

  scope.add(feed.change.on(arrived), feed.reset.on(load), feed.changed.on(() => feed.state === "live" && problem && load()), live.changed.on(draw), health.changed.on(draw));
  scope.every(1_000, draw);
  return {
    title: "Overview",
    element: h("div", { class: "overview" }, verdict, numbers,
      h("section", { "aria-label": "Changes" }, h("h2", {}, "Changes per minute"), plot.element,
        h("h2", {}, "Last changes"), last, h("p", {}, h("a", { href: "#/changes" }, "All changes")))),
    update({ query }) {
      const next = query.get("host") ?? "";
      if (newest === null || next !== host) {
        host = next;
        load();
      }
      show();
    },
  };
}

function show_verdict(element) {
  const age = health.staleness();
  const reasons = health.error ? [health.error] : health.checks().flatMap(([check, , texts]) => texts.map(text => `${check}: ${text}`));
  redraw(element, [health.status, age, reasons], () => [h("p", { class: "big" }, status_text(health.status)),
    h("p", {}, age === null ? "The rows have not been verified yet." : `The rows were verified against Docker ${duration(age)} ago.`),
    reasons.length ? h("ul", { class: "reasons" }, reasons.map(x => h("li", {}, name(x)))) : null]);
}

function show_numbers(element, host) {
  const of_host = rows => host ? [...rows.values()].filter(x => x.host === host) : [...rows.values()];
  const volumes = of_host(live.volumes), containers = of_host(live.containers);
  const orphaned = volumes.filter(x => live.is_orphaned(x)).length;
  const states = new Map();
  for (const x of containers) states.set(x.state, (states.get(x.state) ?? 0) + 1);
  const ordered = [...states].sort((a, b) => b[1] - a[1]);
  const more = live.state === "partial" ? "at least " : "";
  const all = (kind, rows) => live.state === "partial" && !host ? count(Math.max(rows.length, live.totals[kind])) : more + count(rows.length);
  redraw(element, [live.state, live.error, live.totals, volumes.length, orphaned, ordered, host], () => live.state === "loading" && volumes.length === 0 ? ["Loading …"]
    : live.state === "failed" ? [h("p", { class: "bad" }, live.error)] : [
      tile(all("volumes", volumes), volumes.length === 1 ? "volume" : "volumes", address("volumes", [], { host })),
      tile(more + count(orphaned), "orphaned", address("volumes", [], { host, use: "orphaned" }), orphaned ? "warn" : ""),
      tile(all("containers", containers), containers.length === 1 ? "container" : "containers", address("containers", [], { host })),
      ordered.map(([state, number]) => tile(count(number), [state_mark(state), state], address("containers", [], { host, state })))]);
}

function tile(number, title, href, kind = "") {
  return h("a", { class: `tile ${kind}`, href }, h("strong", {}, number), h("span", {}, title));
}
