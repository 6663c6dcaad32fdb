// Takes the rows of a table along, as CSV or JSON.

import { h } from "../lib/dom.js";
import { count } from "../lib/format.js";

/** `parts()` yields the rows as they are filtered now, as { rows, inventory }; `columns(inventory)` is [[title, value(row)]]. */
export function download_buttons(file, parts, columns) {
  const progress = h("span", { class: "quiet", role: "status" });
  const button = (title, type, text) => {
    const element = h("button", { type: "button", onclick: async () => {
      element.disabled = true;
      progress.textContent = "";
      try {
        save(`${file}.${title.toLowerCase()}`, type, await text(parts(), columns, rows => progress.textContent = `${count(rows)} rows …`));
        progress.textContent = "";
      } catch (error) {
        progress.textContent = `The rows can't be read: ${error.message}`;
      }
      element.disabled = false;
    } }, title);
    return element;
  };
  return h("span", { class: "downloads" }, progress, button("CSV", "text/csv", csv), button("JSON", "application/json", json));
}

const slow = 1_000; // rows of a part from which on the reader waits

/** The parts of a file of comma-separated values. */
async function csv(parts, columns, tell) {
  const file = [];
  let seen = 0;
  for await (const { rows, inventory } of parts) {
    const of = columns(inventory);
    if (file.length === 0) file.push(line(of.map(([title]) => title)));
    file.push(rows.map(row => line(of.map(([, value]) => value(row)))).join(""));
    seen += rows.length;
    if (seen >= slow) tell(seen);
  }
  return file;
}

async function json(parts, columns, tell) {
  const file = ["["];
  let seen = 0;
  for await (const { rows } of parts) {
    for (const row of rows) file.push(seen++ ? ",\n" : "\n", JSON.stringify(row, null, 1));
    if (seen >= slow) tell(seen);
  }
  return [...file, "\n]\n"];
}

function line(values) {
  return values.map(field).join(",") + "\r\n";
}

function field(value) {
  const text = value === null || value === undefined ? "" : String(value);
  // A spreadsheet would take these for formulas, and others chose the names.
  const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(file, type, parts) {
  const link = h("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
