// Takes the rows of a table along, as CSV or JSON.

import { h } from "../lib/dom.js";

/** `rows` returns the rows as they are filtered now, `columns` returns [[title, value(row)]]. */
export function download_buttons(file, rows, columns) {
  return h("span", { class: "downloads" },
    h("button", { type: "button", onclick: () => save(`${file}.csv`, "text/csv", csv(rows(), columns())) }, "CSV"),
    h("button", { type: "button", onclick: () => save(`${file}.json`, "application/json", JSON.stringify(rows(), null, 1)) }, "JSON"));
}

export function csv(rows, columns) {
  const lines = [columns.map(([title]) => title), ...rows.map(row => columns.map(([, value]) => value(row)))];
  return lines.map(line => line.map(field).join(",") + "\r\n").join("");
}

function field(value) {
  const text = value === null || value === undefined ? "" : String(value);
  // A spreadsheet would take these for formulas, and others chose the names.
  const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(file, type, text) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type })), download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
