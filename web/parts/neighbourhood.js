// One thing and what it is mounted with, as a small picture.

import { cut, h, isolated, s } from "../lib/dom.js";
import { container_address, volume_address } from "../lib/route.js";

const width = 640, box = 230, line = 32, most = 40;

/** `centre`: { kind, title }; `others`: [{ kind, title, href, state, mode, path }]. */
export function neighbourhood(centre, others) {
  if (others.length === 0)
    return h("p", { class: "empty" }, centre.kind === "volume" ? "No container has this volume mounted: it is orphaned." : "This container mounts no volume.");
  const shown = others.slice(0, most), height = Math.max(1, shown.length) * line + 8;
  const middle = height / 2;
  const left = centre.kind === "volume";
  const own_x = left ? 1 : width - box - 1, other_x = left ? width - box - 1 : 1;
  const picture = s("svg", { class: "neighbourhood", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Neighbourhood" },
    shown.map((other, i) => edge(left, middle, i * line + line / 2 + 4, other)),
    node({ ...centre, href: null }, own_x, middle - 12), shown.map((other, i) => node(other, other_x, i * line + 4 + (line - 24) / 2)));
  return h("figure", {}, picture, others.length > most && h("figcaption", {}, `and ${others.length - most} more`));
}

function edge(left, from, to, other) {
  const x1 = left ? box + 1 : width - box - 1, x2 = left ? width - box - 1 : box + 1, bend = (x2 - x1) / 2;
  return s("path", { d: `M${x1} ${from}C${x1 + bend} ${from} ${x2 - bend} ${to} ${x2} ${to}`,
    class: ["edge", other.mode === "ro" && "ro", !other.running && "idle"].filter(Boolean).join(" ") },
    s("title", {}, `${other.mode} at ${isolated(cut(other.path, 300))}`));
}

function node({ kind, title, href, state }, x, y) {
  const sign = kind === "volume" ? s("circle", { class: "sign", cx: 13, cy: 12, r: 5 }) : s("rect", { class: "sign", x: 8, y: 7, width: 10, height: 10, rx: 2 });
  const parts = [s("title", {}, state ? `${cut(title, 300)}, ${state}` : cut(title, 300)), s("rect", { class: "body", width: box, height: 24, rx: 5 }), sign,
    s("text", { x: 26, y: 16.5 }, isolated(cut(title, 28)))];
  const properties = { class: `node ${kind}${state ? ` is-${state}` : ""}`, transform: `translate(${x} ${y})` };
  return href ? s("a", { ...properties, href }, parts) : s("g", properties, parts);
}

export const to_container = (mount, container) => ({ kind: "container", title: container?.name ?? mount.container_id.slice(0, 12), state: container?.state ?? "unknown",
  href: container_address(mount.host, mount.container_id), mode: mount.access_mode, path: mount.mount_path, running: container?.is_active });

export const to_volume = (mount, volume, running) => ({ kind: "volume", title: volume?.name ?? mount.volume_id,
  href: volume_address(mount.host, mount.volume_id), mode: mount.access_mode, path: mount.mount_path, running });
