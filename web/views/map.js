// The picture: volumes and containers, grouped by project, and who mounts what.

import { h, redraw } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { change_query, current_route } from "../lib/route.js";
import { once_a_frame, when_quiet } from "../lib/signal.js";
import { Drawing } from "../map/drawing.js";
import { most_things, MapModel } from "../map/model.js";
import { listen_to_keys } from "../map/keys.js";
import { PanZoom } from "../map/pan_zoom.js";
import { size } from "../map/layout.js";
import { Source } from "../parts/source.js";
import { time_control } from "../parts/time_control.js";
import { legend } from "../map/legend.js";

export function open(route, scope) {
  const model = new MapModel();
  const drawing = new Drawing(open_group);
  const pan_zoom = new PanZoom(drawing.element, () => move_soon());
  const empty = h("div", { class: "map-empty", hidden: true });
  const frame = h("div", { class: "map-frame" }, drawing.element, empty);
  const state = { host: "", search: "", lit: null, current: null, arranged: null };
  const redraw_soon = once_a_frame(paint);
  const move_soon = once_a_frame(() => {
    drawing.element.classList.add("moving");
    still_soon();
    if (!drawing.move(pan_zoom.view)) paint();
  });
  const still_soon = when_quiet(150, () => drawing.element.classList.remove("moving"));
  const source = new Source(scope, changed);
  const time = time_control(scope);

  function open_group(id) {
    model.opened.add(id);
    arrange();
    const box = model.layout.boxes.find(x => x.id === id);
    pan_zoom.show(box.x, box.y, box.width);
  }
  function aspect() { return Math.max(0.4, frame.clientWidth / Math.max(1, frame.clientHeight)); }
  function arrange() {
    model.arrange(source.inventory, state.host, aspect());
    state.arranged = source.inventory;
    if (!pan_zoom.touched) pan_zoom.fit(model.layout.width, model.layout.height);
    redraw_soon();
  }
  function changed() {
    if (!frame.isConnected) return;
    const first = state.arranged !== source.inventory || model.nodes.size === 0 || source.inventory.state === "loading";
    // Past moments keep the places too, so that what differs between two of them is seen.
    const keep = state.arranged !== null && model.nodes.size > 0 && source.inventory.state !== "loading";
    if (first && !keep) arrange();
    else {
      state.arranged = source.inventory;
      if (!model.update(source.inventory, state.host, performance.now())) arrange();
    }
    redraw_soon();
  }
  function paint() {
    const now = performance.now();
    if (model.age(now)) setTimeout(redraw_soon, 250);
    if (state.current === null || !model.nodes.has(state.current)) state.current = [...model.nodes.keys()].find(x => model.layout.places.has(x)) ?? null;
    drawing.draw(pan_zoom.view, model.layout, model.nodes, model.edges, look());
    show_notes();
  }
  function look() {
    const near = new Set(state.lit ? [state.lit, ...model.neighbours(state.lit)] : []);
    const part = state.search.toLowerCase();
    const found = node => node.title.toLowerCase().includes(part) || (node.row.image ?? "").toLowerCase().includes(part);
    return { near, lit: state.lit, current: state.current, fresh: model.fresh, searching: part !== "",
             dims: node => (state.lit !== null && !near.has(node.key)) || (part !== "" && !found(node)) };
  }
  function show_notes() {
    source.describe();
    const { inventory } = source;
    empty.hidden = model.nodes.size > 0;
    redraw(empty, [inventory.state, inventory.error, model.nodes.size === 0], () => inventory.state === "loading" ? ["Loading …"]
      : inventory.state === "failed" ? [inventory.error] : ["Nothing to show yet. Start a container with a volume, for example ", h("code", {}, "docker run -v mine:/data …")]);
    redraw(crowd, [model.crowded, model.nodes.size], () => model.crowded
      ? [`${count(model.nodes.size)} things are more than ${count(most_things)}, so each project is one box. Open a box to see what is in it.`] : []);
  }

  const later = when_quiet(80, value => change_query({ q: value }));
  const search = h("input", { type: "search", id: "map-search", placeholder: "part of a name", oninput: () => later(search.value.trim()) });
  const crowd = h("p", { class: "note" });
  const button = (title, label, work) => h("button", { type: "button", "aria-label": label, title: label, onclick: work }, title);
  const tools = h("div", { class: "filters" },
    h("label", { class: "filter", for: "map-search" }, h("span", {}, "Search"), search),
    h("span", { class: "filter-end" }, button("+", "Zoom in", () => pan_zoom.zoom(1.3)), button("−", "Zoom out", () => pan_zoom.zoom(1 / 1.3)),
      button("Fit", "Fit everything into the picture", fit), button("Tidy", "Tidy: arrange everything again", arrange)));
  function fit() {
    pan_zoom.fit(model.layout.width, model.layout.height);
    pan_zoom.touched = false;
  }
  function light(key) {
    if (state.lit === key) return;
    state.lit = key;
    redraw_soon();
  }
  const key_of_event = event => event.target.closest?.("a[data-key]")?.dataset.key ?? null;
  drawing.element.addEventListener("pointerover", event => light(key_of_event(event)));
  drawing.element.addEventListener("pointerleave", () => light(null));
  drawing.element.addEventListener("focusin", event => {
    const key = key_of_event(event);
    if (key) state.current = key;
    light(key);
  });
  drawing.element.addEventListener("focusout", () => light(null));
  listen_to_keys(drawing.element, { model, pan_zoom, fit, focus: key => {
    const place = model.layout.places.get(key);
    state.current = key;
    pan_zoom.reveal(place.x, place.y, size.width, size.height);
    paint();
    drawing.element_of(key)?.focus({ preventScroll: true });
  } });
  const sizes = new ResizeObserver(() => {
    if (!pan_zoom.touched && model.nodes.size) fit();
    redraw_soon();
  });
  sizes.observe(frame);
  scope.add(() => sizes.disconnect());

  return {
    title: "Map",
    element: h("div", { class: "map-view" }, time.element, tools, source.note, crowd, frame, legend()),
    update({ query }) {
      const host = query.get("host") ?? "";
      state.search = query.get("q") ?? "";
      if (document.activeElement !== search) search.value = state.search;
      time.show(query);
      source.show(query);
      if (host !== state.host || state.arranged === null) {
        state.host = host;
        requestAnimationFrame(arrange); // once the frame has its size
      }
      redraw_soon();
    },
  };
}
