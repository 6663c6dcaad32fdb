// Small signs for states. The shape differs too, since colour alone must not carry a meaning.

import { h } from "../lib/dom.js";

const shapes = { running: "●", paused: "◐", restarting: "↻", created: "○", exited: "○", removing: "✕", dead: "✕" };

export function state_mark(state) {
  return h("span", { class: "mark", "data-state": state ?? "unknown", role: "img", "aria-label": state ?? "unknown state", title: state ?? "unknown state" },
    shapes[state] ?? "?");
}

export function status_text(status) {
  return h("span", { class: "status-text", "data-status": status }, h("span", { class: "dot", "aria-hidden": "true" }), status);
}
