// Draws intervals as bars over time: pale for mounted, strong for running, hatched where only a list told it.

import { cut, h, isolated, s } from "../lib/dom.js";
import { duration, moment, recent } from "../lib/format.js";

const width = 1000, label = 210, line = 26, top = 24;

/** `rows`: [{ title, href, mounted: [interval], running: [interval] }]; `begin` and `end` in milliseconds. */
export function timeline(rows, begin, end) {
  if (rows.length === 0) return h("p", { class: "empty" }, "Nothing is recorded yet. What happens from now on appears here.");
  const height = top + rows.length * line + 4;
  const x = time => label + (Math.min(end, Math.max(begin, time)) - begin) / Math.max(1, end - begin) * (width - label);
  const picture = s("svg", { class: "timeline", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Timeline" },
    hatch(), axis(begin, end, x, height), rows.map((row, i) => row_of(row, top + i * line, x)));
  return h("figure", {}, h("div", { class: "timeline-place", tabindex: "0", role: "region", "aria-label": "Timeline" }, picture), h("figcaption", { class: "quiet" },
    "Pale: mounted. Strong: the container runs. Hatched: it began or ended somewhere in this span, since only a list showed it."));
}

function hatch() {
  return s("defs", {}, s("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    s("rect", { width: 3, height: 6, class: "hatch" })));
}

function axis(begin, end, x, height) {
  return [0, 0.25, 0.5, 0.75, 1].map(part => {
    const time = begin + (end - begin) * part;
    return s("g", { class: "tick" }, s("line", { x1: x(time), x2: x(time), y1: top - 4, y2: height }),
      s("text", { x: x(time), y: 13, "text-anchor": part === 0 ? "start" : part === 1 ? "end" : "middle" }, recent(time, end)));
  });
}

function row_of(row, y, x) {
  const title = s("text", { x: 0, y: y + 17, class: "label" }, isolated(cut(row.title, 26)));
  return s("g", {}, row.href ? s("a", { href: row.href, "aria-label": row.title.slice(0, 300) }, title) : title,
    row.mounted.map(each => bar(each, y + 2, 22, "mounted", "mounted", x)), row.running.map(each => bar(each, y + 7, 12, "running", "ran", x)));
}

function bar(each, y, height, kind, verb, x) {
  const from = x(each.begin), to = Math.max(x(each.end), from + 1.5);
  const inexact = [];
  if (each.inexact_begin !== null) inexact.push([x(each.inexact_begin), from]);
  if (each.inexact_end !== null) inexact.push([x(each.inexact_end), to]);
  return s("g", { class: kind },
    s("title", {}, `${verb} from ${moment(each.begin)} to ${moment(each.end)} (${duration((each.end - each.begin) / 1000)})`),
    s("rect", { x: from, y, width: to - from, height, rx: 2, class: "bar-body" }),
    inexact.map(([a, b]) => s("rect", { x: a, y, width: Math.max(2, b - a), height, class: "inexact", fill: "url(#hatch)" })));
}
