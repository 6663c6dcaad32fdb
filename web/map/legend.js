// What the signs of the map mean, and its keys.

import { h, s } from "../lib/dom.js";

const line = kind => s("svg", { class: "sample", viewBox: "0 0 34 12", "aria-hidden": "true" }, s("path", { d: "M1 6H33", class: `edge ${kind}` }));
const thing = (kind, sign) => s("svg", { class: "sample", viewBox: "0 0 16 12", "aria-hidden": "true" }, s("g", { class: `node ${kind}` }, sign));

export function legend() {
  return h("p", { class: "legend" },
    h("span", {}, thing("volume", s("circle", { class: "sign", cx: 8, cy: 6, r: 5 })), "volume"),
    h("span", {}, thing("container is-running", s("rect", { class: "sign", x: 3, y: 1, width: 10, height: 10, rx: 2 })), "container that runs"),
    h("span", {}, thing("container is-exited", s("rect", { class: "sign", x: 3, y: 1, width: 10, height: 10, rx: 2 })), "does not run"),
    h("span", {}, line("rw"), "mounted rw"), h("span", {}, line("ro"), "mounted ro"), h("span", {}, line("idle"), "container does not run"),
    h("span", { class: "quiet" }, "Keys: arrows walk, Enter opens, + − 0 zoom, Shift + arrows move"));
}
