// Draws the map as SVG. Only what is in sight or near it has elements, so thousands of things cost no more than a few
// screens of them, and moving the map within these screens changes one attribute.

import { cut, isolated, s, set } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { container_address, volume_address } from "../lib/route.js";
import { size } from "./layout.js";

const longest_label = 30;
const around = 0.75; // of the width and height of the view: what is drawn beside it
const far = 0.4;     // the scale from which on names can be read

export class Drawing {
  #layers = { boxes: s("g"), edges: s("g"), nodes: s("g") };
  #world = s("g", {}, Object.values(this.#layers));
  #drawn = { boxes: new Map(), edges: new Map(), nodes: new Map() };
  #area = null; // what is drawn
  #open_group;

  constructor(open_group) {
    this.#open_group = open_group;
    this.element = s("svg", { class: "map", tabindex: "-1", role: "group", "aria-label": "Map of volumes and containers" }, this.#world);
  }

  /** `nodes`: key → node, `edges`: [{ key, from, to, mount, running }], `look`: what is highlighted, dimmed and fresh. */
  draw(view, layout, nodes, edges, look) {
    this.#transform(view);
    const area = this.#area = this.#in_sight(view, around);
    this.#draw_boxes(layout.boxes.filter(x => overlaps(area, x.x, x.y, x.width, x.height)), look);
    this.#draw_nodes(layout, nodes, area, look);
    this.#draw_edges(layout, edges, area, look);
  }

  /** Moves what is drawn. False when that is not enough: something else has come into sight, or far more is drawn than is seen. */
  move(view) {
    this.#transform(view);
    const seen = this.#in_sight(view, 0), drawn = this.#area;
    return drawn !== null && seen.left >= drawn.left && seen.top >= drawn.top && seen.right <= drawn.right && seen.bottom <= drawn.bottom
      && (drawn.right - drawn.left) < 6 * (seen.right - seen.left);
  }

  #transform(view) {
    set(this.#world, { transform: `translate(${view.x.toFixed(2)} ${view.y.toFixed(2)}) scale(${view.scale.toFixed(4)})` });
    this.element.classList.toggle("far", view.scale < far);
  }

  #in_sight(view, more) {
    const width = this.element.clientWidth / view.scale, height = this.element.clientHeight / view.scale;
    const left = -view.x / view.scale, top = -view.y / view.scale;
    return { left: left - more * width, top: top - more * height, right: left + (1 + more) * width, bottom: top + (1 + more) * height };
  }

  element_of(key) { return this.#drawn.nodes.get(key)?.element; }

  #draw_boxes(boxes, look) {
    this.#update("boxes", new Map(boxes.map(x => [x.id, x])), box => this.#new_box(box), (entry, box) => {
      set(entry.element, { transform: `translate(${box.x} ${box.y})`, class: look.searching && box.closed ? "box dimmed" : "box" });
      set(entry.rect, { width: box.width, height: box.height });
      const members = `${plural(box.count.volumes, "volume")}, ${plural(box.count.containers, "container")}`;
      const text = box.closed ? members : box.hidden ? `${members}; ${plural(box.hidden, "more")} in the tables` : "";
      if (entry.note.textContent !== text) entry.note.textContent = text;
    });
  }

  #new_box(box) {
    const rect = s("rect", { rx: 8 });
    const note = s("text", { class: "box-note", x: size.padding, y: box.closed ? 46 : 20, dx: box.closed ? 0 : 220 });
    const title = s("text", { class: "box-title", x: size.padding, y: 20 }, isolated(cut(box.title, 40)));
    const open = () => this.#open_group(box.id);
    const element = s("g", box.closed ? { tabindex: "0", role: "button", "aria-label": `Open the group ${box.title}`, onclick: open,
      onkeydown: event => ["Enter", " "].includes(event.key) && (event.preventDefault(), open()) } : {}, rect, title, note);
    return { element, rect, note };
  }

  #draw_nodes(layout, nodes, area, look) {
    const shown = new Map();
    for (const [key, node] of nodes) {
      const place = layout.places.get(key);
      if (place && overlaps(area, place.x, place.y, size.width, size.height)) shown.set(key, { node, place });
    }
    if (look.current && nodes.has(look.current) && layout.places.has(look.current))
      shown.set(look.current, { node: nodes.get(look.current), place: layout.places.get(look.current) });
    this.#update("nodes", shown, new_node, (entry, { node, place }) => {
      set(entry.element, { transform: `translate(${place.x} ${place.y})`, class: classes(node, look), tabindex: node.key === look.current ? 0 : -1 });
      const label = cut(node.title, longest_label);
      if (entry.label !== label) entry.text.textContent = isolated(entry.label = label);
      const description = describe(node);
      if (entry.described !== description) {
        entry.described = description;
        entry.title.textContent = description;
        set(entry.element, { "aria-label": description });
      }
    });
  }

  #draw_edges(layout, edges, area, look) {
    const shown = new Map();
    for (const edge of edges) {
      const from = layout.places.get(edge.from), to = layout.places.get(edge.to);
      if (from && to && overlaps(area, Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(from.x - to.x) + size.width, Math.abs(from.y - to.y) + size.height))
        shown.set(edge.key, { edge, from, to });
    }
    this.#update("edges", shown, () => ({ element: s("path") }), (entry, { edge, from, to }) => {
      const lit = look.lit === edge.from || look.lit === edge.to;
      set(entry.element, { d: curve(from, to), class: ["edge", edge.mount.access_mode === "ro" && "ro", !edge.running && "idle", lit && "lit",
        !lit && (look.lit || look.searching) && "dimmed", look.fresh.has(edge.key) && "fresh"].filter(Boolean).join(" ") });
    });
  }

  // Makes, changes and removes the elements of a layer.
  #update(layer, shown, make, change) {
    const drawn = this.#drawn[layer], added = [];
    for (const [key, entry] of drawn)
      if (!shown.has(key)) {
        entry.element.remove();
        drawn.delete(key);
      }
    for (const [key, what] of shown) {
      let entry = drawn.get(key);
      if (!entry) {
        entry = make(what);
        drawn.set(key, entry);
        added.push(entry.element);
      }
      change(entry, what);
    }
    this.#layers[layer].append(...added);
  }
}

function new_node({ node }) {
  const title = s("title");
  const text = s("text", { x: 26, y: 16.5 });
  const href = node.kind === "volume" ? volume_address(node.row.host, node.row.volume_id) : container_address(node.row.host, node.row.container_id);
  const sign = node.kind === "volume" ? s("circle", { class: "sign", cx: 13, cy: 12, r: 5 }) : s("rect", { class: "sign", x: 8, y: 7, width: 10, height: 10, rx: 2 });
  const element = s("a", { href, "data-key": node.key }, title, s("rect", { class: "body", width: size.width, height: size.height, rx: 5 }), sign, text);
  return { element, text, title };
}

function classes(node, look) {
  return ["node", node.kind, node.kind === "container" && `is-${node.row.state}`, node.orphaned && "is-orphaned", node.gone && "gone",
    look.near.has(node.key) && "lit", look.dims(node) && "dimmed", look.fresh.has(node.key) && "fresh"].filter(Boolean).join(" ");
}

function describe(node) {
  const kind = node.kind === "volume" ? `volume ${cut(node.title, 300)}` : `container ${cut(node.title, 300)}, ${node.row.state}`;
  return node.orphaned ? `${kind}, orphaned` : kind;
}

function curve(from, to) {
  const y1 = from.y + size.height / 2, y2 = to.y + size.height / 2;
  const right = from.x < to.x;
  const x1 = right ? from.x + size.width : from.x, x2 = right ? to.x : to.x + size.width;
  const bend = (right ? 1 : -1) * Math.max(40, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function overlaps(area, x, y, width, height) {
  return x < area.right && x + width > area.left && y < area.bottom && y + height > area.top;
}
