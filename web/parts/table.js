// A table of rows in pages, with sortable columns. Columns: { id, title, cell(row), value(row), api, minor, number }.
// `api` is the name that the node sorts by.

import { h, redraw } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { page_size } from "../data/server_rows.js";

export class Table {
  #columns;
  #row_key;
  #head = h("tr");
  #body = h("tbody");
  #pager = h("nav", { class: "pager", "aria-label": "Pages" });
  #rows = new Map(); // key → { element, seen }
  #on_query;

  /** `change_query({ sort, page })` is called when the reader sorts or turns a page. */
  constructor(label, columns, row_key, change_query) {
    this.#columns = columns;
    this.#row_key = row_key;
    this.#on_query = change_query;
    this.element = h("div", {},
      h("div", { class: "table-place", role: "region", "aria-label": label, tabindex: "0" },
        h("table", {}, h("caption", { class: "hidden" }, label), h("thead", {}, this.#head), this.#body)),
      this.#pager);
  }

  /** `sort`: a column's id, with "-" before it for the other direction; empty: the rows' own order. */
  show(rows, { sort = "", page = 1, empty = [], now = 0 }) {
    this.#show_head(sort);
    const sorted = this.#sorted(rows, sort);
    const pages = Math.max(1, Math.ceil(sorted.length / page_size));
    const number = Math.min(Math.max(1, page), pages);
    this.#show_body(sorted.slice((number - 1) * page_size, number * page_size), empty, now);
    this.#show_pager(number, pages, to => to < 1 || to > pages ? null : { page: to === 1 ? "" : to, cursor: "" });
  }

  /** The page of rows that the node has sorted. `turn(page)`: what the address of another page is, null when it is not known. */
  show_page(rows, { sort = "", page, total, turn, empty = [], now = 0 }) {
    this.#show_head(sort);
    this.#show_body(rows, empty, now);
    this.#show_pager(page, Math.max(page, Math.ceil(total / page_size)), turn);
  }

  #sorted(rows, sort) {
    const column = this.#columns.find(x => x.id === sort.replace(/^-/, ""));
    if (!column) return rows;
    const sign = sort.startsWith("-") ? -1 : 1;
    // Each value once: a comparison would compute it many times over.
    return rows.map(row => [column.value(row), row]).sort(([a], [b]) => sign * compare(a, b)).map(([, row]) => row);
  }

  #show_head(sort) {
    redraw(this.#head, sort, () => this.#columns.map(({ id, title, minor, number }) => {
      const direction = sort === id ? "ascending" : sort === "-" + id ? "descending" : null;
      const next = direction === "ascending" ? "-" + id : id;
      return h("th", { scope: "col", "aria-sort": direction, class: classes({ minor, number }) },
        h("button", { type: "button", class: "sort", "data-sort": id, onclick: () => this.#sort_by(id, next) },
          title, h("span", { "aria-hidden": "true" }, direction === "ascending" ? " ▲" : direction === "descending" ? " ▼" : "")));
    }));
  }

  #sort_by(id, next) {
    this.#on_query({ sort: next, page: "", cursor: "" });
    this.#head.querySelector(`[data-sort="${id}"]`)?.focus(); // the head was drawn anew
  }

  // Rows that are equal to what is shown keep their elements: focus and selection survive a change elsewhere.
  #show_body(rows, empty, now) {
    const kept = new Map();
    const elements = rows.map(row => {
      const key = this.#row_key(row);
      const old = this.#rows.get(key);
      const entry = old && old.row === row && Math.abs(now - old.now) < 10_000 ? old : { row, now, element: this.#line(row) };
      kept.set(key, entry);
      return entry.element;
    });
    this.#rows = kept;
    if (elements.length === 0) elements.push(h("tr", {}, h("td", { colspan: this.#columns.length, class: "empty" }, empty)));
    const same = elements.length === this.#body.children.length && elements.every((x, i) => x === this.#body.children[i]);
    if (!same) this.#body.replaceChildren(...elements);
  }

  #line(row) {
    return h("tr", {}, this.#columns.map(({ cell, minor, number }) => h("td", { class: classes({ minor, number }) }, cell(row))));
  }

  #show_pager(page, pages, turn) {
    const places = [[1, "First"], [page - 1, "Previous"], [page + 1, "Next"]].map(([to, text]) => [to === page ? null : turn(to), text]);
    redraw(this.#pager, [page, pages, places], () => {
      if (pages === 1) return [];
      const [first, previous, next] = places.map(([query, text]) =>
        h("button", { type: "button", disabled: query === null, onclick: () => this.#on_query(query) }, text));
      return [first, previous, h("span", {}, `page ${count(page)} of ${count(pages)}`), next];
    });
  }
}

function classes(flags) {
  return Object.keys(flags).filter(x => flags[x]).join(" ") || null;
}

// Missing values come last in either direction's ascending order; texts are compared as people sort them.
const texts = new Intl.Collator("en", { numeric: true });

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined || a === "") return 1;
  if (b === null || b === undefined || b === "") return -1;
  return typeof a === "number" && typeof b === "number" ? a - b : texts.compare(String(a), String(b));
}
