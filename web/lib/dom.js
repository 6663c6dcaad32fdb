// Builds elements. Text always goes in as text: names and labels come from others and may hold markup.

const svg_namespace = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(x => x !== null && x !== undefined && x !== false));
  return element;
}

/** h("a", { href, class, onclick }, "text", element, …) */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function s(tag, properties, ...children) {
  return fill(document.createElementNS(svg_namespace, tag), properties, children);
}

/** Sets attributes that differ; setting an equal one would still cost a style pass. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

const longest_shown = 200, longest_title = 1000;

export function cut(text, length) {
  return text.length <= length ? text : Array.from(text.slice(0, length)).join("") + "…";
}

/** A name that Docker or its users chose: isolated, so that its direction can't reorder what stands around it. */
export function name(text, properties = {}) {
  const shown = text === "" || text === null || text === undefined ? "(no name)" : String(text);
  return h("bdi", { class: "name", title: cut(shown, longest_title), ...properties }, cut(shown, longest_shown));
}

/** The whole of a long text, wrapped. */
export function whole(text) {
  return h("bdi", { class: "whole" }, String(text));
}

/** For places without elements, such as titles and SVG text: first strong isolate … pop. */
export function isolated(text) {
  return `\u2068${text}\u2069`;
}

/** Replaces the children only if `key` differs from the last one, so that focus and selection stay. */
export function redraw(element, key, children) {
  const text = JSON.stringify(key);
  if (element.dataset.key === text) return;
  element.dataset.key = text;
  element.replaceChildren(...children().flat(Infinity).filter(Boolean));
}
