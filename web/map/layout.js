// Where each thing of the map stands. A place once given stays: a change elsewhere moves nothing.

import { orphans_id } from "./groups.js";

export const size = { width: 230, height: 24, gap: 6, between: 130, padding: 14, title: 30, spare: 2 };
const row_height = size.height + size.gap;
const group_width = 2 * size.padding + 2 * size.width + size.between;
const margin = 28;
const most_columns = 24;
const most_of_a_group = 400; // an opened group shows so many of each side

export class Layout {
  boxes = [];          // { id, title, x, y, width, height, closed, count, hidden }
  places = new Map();  // node key → { x, y, box }
  width = 0;
  height = 0;
  #free = new Map();   // box id + side → places of removed things, and spare ones

  /** `closed(group)`: whether the group is one box that stands for its members. `aspect`: width / height to fill. */
  arrange(groups, closed, aspect) {
    this.boxes = [];
    this.places = new Map();
    this.#free = new Map();
    const measured = groups.map(group => ({ group, closed: closed(group), height: height_of(group, closed(group)) }));
    const total = measured.reduce((sum, x) => sum + x.height + margin, 0);
    const number = Math.max(1, Math.min(most_columns, groups.length, Math.round(Math.sqrt(total * aspect / group_width))));
    const columns = Array.from({ length: number }, () => margin);
    for (const x of measured) {
      const column = columns.indexOf(Math.min(...columns));
      const box = { id: x.group.id, title: x.group.title, x: margin + column * (group_width + margin), y: columns[column],
                    width: group_width, height: x.height, closed: x.closed,
                    count: { volumes: x.group.volumes.length, containers: x.group.containers.length } };
      columns[column] += x.height + margin;
      this.boxes.push(box);
      if (!x.closed) this.#fill(box, x.group);
    }
    this.width = number * (group_width + margin) + margin;
    this.height = Math.max(...columns, 200);
  }

  #fill(box, group) {
    const sides = group.id === orphans_id ? { volumes: 2 } : { volumes: 1, containers: 1 };
    for (const [side, across] of Object.entries(sides)) {
      const rows = Math.floor((box.height - size.title - size.padding) / row_height);
      const places = [];
      for (let i = 0; i < rows * across; ++i)
        places.push({ box, x: box.x + size.padding + (side === "containers" || i % across === 1 ? size.width + size.between : 0),
                      y: box.y + size.title + Math.floor(i / across) * row_height });
      const shown = group[side].slice(0, most_of_a_group);
      shown.forEach((node, i) => this.places.set(node.key, places[i]));
      this.#free.set(box.id + side, places.slice(shown.length));
    }
    box.hidden = Object.keys(sides).reduce((sum, side) => sum + Math.max(0, group[side].length - most_of_a_group), 0);
  }

  /** Gives a new thing a free place of its group. False when there is none: everything has to be arranged again. */
  add(node) {
    const box = this.boxes.find(x => x.id === node.group);
    if (box?.closed) return true;
    const place = this.#free.get(node.group + node.kind + "s")?.shift();
    if (!place) return false;
    this.places.set(node.key, place);
    return true;
  }

  /** The place of a thing that is gone may be taken by the next one. */
  remove(node) {
    const place = this.places.get(node.key);
    if (!place) return;
    this.places.delete(node.key);
    this.#free.get(node.group + node.kind + "s")?.unshift(place);
  }
}

function height_of(group, closed) {
  if (closed) return size.title + row_height + size.padding;
  const rows = group.id === orphans_id ? Math.ceil(Math.min(group.volumes.length, most_of_a_group) / 2)
    : Math.min(most_of_a_group, Math.max(group.volumes.length, group.containers.length));
  // Spare places, so that what arrives later finds one without moving others.
  return size.title + (rows + size.spare) * row_height + size.padding;
}
