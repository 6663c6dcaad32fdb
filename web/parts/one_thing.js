// What the views of a volume and a container share: fields, neighbourhood, life and changes, kept current.

import { cut, h, isolated, name, redraw, whole } from "../lib/dom.js";
import { moment } from "../lib/format.js";
import { once_a_frame, when_quiet } from "../lib/signal.js";
import { get, path } from "../data/api.js";
import { all_changes } from "../data/changes.js";
import { feed } from "../data/feed.js";
import { health } from "../data/health.js";
import { change_line } from "./change_list.js";
import { Source } from "./source.js";
import { time_control } from "./time_control.js";
import { timeline } from "./timeline.js";

const most_changes = 2_000, most_shown = 200;
const shortest_life = 120_000; // of the timeline

export function one_thing(scope, of) {
  let title = name(of.title);
  const fields = h("dl", { class: "fields" }), picture = h("div"), life = h("div"), list = h("ol", { class: "changes" });
  const note = h("p", { class: "note" });
  const draw = once_a_frame(show);
  const source = new Source(scope, what => {
    if (what === "loaded" && source.inventory.state === "partial") load();
    draw();
  });
  const time = time_control(scope);
  let changes = null, related = [], error = "", fetched = null;

  const load = when_quiet(150, async () => {
    // The page has not loaded every row: the node has this one.
    if (source.inventory.state === "partial" && source.at === null) fetched = await get(path_of(of)).catch(() => null);
    try {
      changes = await all_changes(of.query, most_changes);
      related = await of.related(changes);
      error = "";
    } catch (problem) {
      error = problem.status === 404 ? "The node keeps no history (HISTORY_RETENTION=0), so its life is not known." : `Its changes can't be read: ${problem.message}`;
    }
    draw();
  });

  function show() {
    const { inventory } = source;
    const row = of.find(inventory);
    source.describe();
    const known = row ?? (inventory.state === "loading" ? null : fetched ?? of.last_known(changes ?? []));
    redraw(note, [Boolean(row), Boolean(fetched), inventory.state, changes === null, Boolean(known), source.at], () => state_of(row, known, inventory));
    if (known?.name && title.title !== cut(known.name, 1000)) {
      title.replaceWith(title = name(known.name));
      document.title = `${isolated(cut(known.name, 60))} · volumeviz-events`;
    }
    redraw(fields, [known], () => known ? of.fields(known, inventory).map(([title, value]) => [h("dt", {}, title), h("dd", {}, value)]) : []);
    const others = row ? of.neighbours(row, inventory) : [];
    redraw(picture, [others, known?.name], () => known ? [of.picture(known, others)] : []);
    show_life(row, inventory);
    redraw(list, [error, changes?.length, changes?.[0]?.id], () => error ? [h("li", { class: "empty" }, error)]
      : changes === null ? [h("li", { class: "empty" }, "Loading …")]
      : changes.length === 0 ? [h("li", { class: "empty" }, "No change is recorded yet.")]
      : changes.slice(0, most_shown).map(x => change_line(x)));
  }

  function state_of(row, known, inventory) {
    if (row || inventory.state === "loading") return [];
    if (fetched) return ["There are more rows than this page loads; this one was read by itself. Reload the page to read it again."];
    const gone = changes?.find(x => x.kind === of.kind && x.operation === "remove");
    const when = source.at === null ? "" : ` at ${moment(source.at * 1000)}`;
    if (gone && source.at === null) return [`This ${of.kind} is gone since ${moment(gone.at)}. Below is what it was.`];
    return [known ? `This ${of.kind} did not exist${when}.` : changes === null ? "Looking for it …" : `There is no such ${of.kind}${when}, and the history knows none.`];
  }

  function show_life(row, inventory) {
    if (changes === null || error) return redraw(life, [error], () => []);
    const now = health.now();
    const times = [...changes, ...related].map(x => Date.parse(x.at));
    const begin = Math.min(now - shortest_life, ...times);
    redraw(life, [changes.length, changes[0]?.id, related.length, Math.floor(now / 15_000), inventory.state], () =>
      [timeline(of.life(row, inventory, changes, related, begin, now), begin, now)]);
  }

  scope.add(feed.change.on(change => of.concerns(change, changes ?? []) && load()), feed.reset.on(load));
  scope.every(15_000, draw);
  load();
  return {
    title: of.title, heading: [of.kind === "volume" ? "Volume " : "Container ", title],
    element: h("div", { class: "one" }, time.element, source.note, note,
      h("section", { "aria-label": "Fields" }, h("h2", {}, "Fields"), fields),
      h("section", { "aria-label": "Neighbourhood" }, h("h2", {}, "Neighbourhood"), picture),
      h("section", { "aria-label": "Life" }, h("h2", {}, "Life"), life),
      h("section", { "aria-label": "Changes" }, h("h2", {}, "Changes"), list)),
    update({ query }) {
      time.show(query);
      source.show(query);
      show();
    },
  };
}

function path_of({ kind, query }) {
  return path(["hosts", query.host, kind + "s", query[kind]].map(encodeURIComponent).join("/"));
}

/** A map of labels or options as a list. */
export function pairs(map) {
  const entries = Object.entries(map ?? {});
  return entries.length ? h("ul", { class: "pairs" }, entries.map(([key, value]) => h("li", {}, whole(key), " = ", whole(value)))) : "none";
}

export const time_text = at => at ? moment(at) : "–";
