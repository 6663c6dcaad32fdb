// The fields above a table. Their values are the query of the address, so that a filter can be shared.

import { cut, h, redraw } from "../lib/dom.js";
import { change_query } from "../lib/route.js";
import { when_quiet } from "../lib/signal.js";

const write = changes => change_query({ ...changes, page: "", cursor: "" });

/** A field for text. It updates the address 80 ms after the last key. */
export function text_filter(key, label, hint) {
  const later = when_quiet(80, value => write({ [key]: value }));
  const input = h("input", { type: "search", id: `filter-${key}`, placeholder: hint, oninput: () => later(input.value.trim()) });
  return {
    element: h("label", { class: "filter", for: input.id }, h("span", {}, label), input),
    show(query) {
      if (document.activeElement !== input) input.value = query.get(key) ?? "";
    },
  };
}

/** A field with choices: [[value, title]], or a function that returns them for the rows. */
export function choice_filter(key, label, choices) {
  const select = h("select", { id: `filter-${key}`, onchange: () => write({ [key]: select.value }) });
  return {
    element: h("label", { class: "filter", for: select.id }, h("span", {}, label), select),
    show(query, rows) {
      const given = query.get(key) ?? "";
      const options = typeof choices === "function" ? [["", "any"], ...choices(rows).map(x => [x, x])] : [...choices];
      // A shared address may name what is not there now.
      if (!options.some(([value]) => value === given)) options.push([given, given]);
      redraw(select, options, () => options.map(([value, title]) => h("option", { value }, cut(title, 60))));
      for (const [i, option] of [...select.options].entries()) option.value = options[i][0];
      select.value = given;
    },
  };
}

export function filter_bar(filters, ...more) {
  return h("form", { class: "filters", role: "search", onsubmit: event => event.preventDefault() }, filters.map(x => x.element), more);
}

/** The different values, sorted, without empty ones. */
export function different(rows, value) {
  return [...new Set(rows.map(value).filter(x => x))].sort();
}

/** Whether `wanted` ("key" or "key=value") is among the labels. */
export function has_label(row, wanted) {
  const mark = wanted.indexOf("=");
  if (mark < 0) return Object.keys(row.labels).some(x => x.toLowerCase().includes(wanted.toLowerCase()));
  return String(row.labels[wanted.slice(0, mark)] ?? "\0") === wanted.slice(mark + 1);
}

/** The same as the node takes it. There a key must be whole. */
export function asked_label(wanted) {
  return wanted.indexOf("=") > 0 ? { label: wanted } : { label_key: wanted };
}
