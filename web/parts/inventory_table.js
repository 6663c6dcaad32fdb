// What the tables of volumes and containers share: filters in the address, time, download, and rows that stay current.
// With more rows than the page loads, the node sorts and filters, and gives one page at a time.

import { h, redraw } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { change_query, current_route } from "../lib/route.js";
import { once_a_frame } from "../lib/signal.js";
import { health } from "../data/health.js";
import { bound } from "../data/inventory.js";
import { ServerRows } from "../data/server_rows.js";
import { download_buttons } from "./download.js";
import { filter_bar } from "./filters.js";
import { loaded_text, Source } from "./source.js";
import { Table } from "./table.js";
import { time_control } from "./time_control.js";

const served_text = `There are more than ${count(bound)} rows, so the node sorts and filters them.`;

export function inventory_table(scope, of) {
  const draw = once_a_frame(show);
  const source = new Source(scope, what => {
    if (what !== "page") served.refresh();
    choose();
    draw();
  }, false);
  const served = new ServerRows(of.kind, draw);
  const is_served = () => source.inventory.is_partial;
  const inventory = () => is_served() ? served.inventory : source.inventory;
  const time = time_control(scope);
  const filters = of.filters(() => source.inventory);
  const number = h("span", { class: "quiet", role: "status" });
  const columns = of.columns(inventory);
  const table = new Table(of.title, columns, of.row_key, change_query);
  const downloads = download_buttons(of.kind, () => is_served() ? served.all() : [{ rows: matching(all_rows()), inventory: source.inventory }], of.plain);

  function all_rows() { return [...of.rows(source.inventory).values()]; }
  function matching(rows) { return rows.filter(of.matches(current_route().query, source.inventory)); }
  /** Has the node asked for the page that the address names, if there are too many rows. */
  function choose() {
    if (!is_served()) return served.close();
    const { query } = current_route(), sort = query.get("sort") ?? "";
    const field = columns.find(x => x.id === sort.replace(/^-/, ""))?.api ?? "";
    served.show({ host: query.get("host") ?? "", at: query.get("at") ?? "", sort: field, order: field && sort.startsWith("-") ? "desc" : "",
      ...of.asked(query) }, Number(query.get("page") ?? 1), query.get("cursor") ?? "");
  }
  function show() {
    const { query } = current_route();
    const known = is_served() ? [...all_rows(), ...served.rows] : all_rows();
    for (const filter of filters) filter.show(query, known);
    const shared = { sort: query.get("sort") ?? "", now: health.now() };
    if (is_served()) show_served(shared);
    else show_loaded(shared, query);
    source.describe(served_text);
  }
  function show_loaded(shared, query) {
    const rows = all_rows(), shown = matching(rows), { state, error } = source.inventory;
    redraw(number, [shown.length, rows.length, state], () => [loaded_text(source.inventory, shown.length, rows.length)]);
    table.show(shown, { ...shared, page: Number(query.get("page") ?? 1),
      empty: state === "loading" ? "Loading …" : state === "failed" ? error : of.empty(source.inventory) });
  }
  function show_served(shared) {
    const all = Math.max(served.total ?? 0, source.inventory.totals[of.kind] ?? 0);
    const text = served.loading ? "loading …" : served.total === all ? count(all) : `${count(served.total ?? 0)} of ${count(all)}`;
    redraw(number, text, () => [text]);
    const problem = served.error && `The rows can't be read: ${served.error}`;
    table.show_page(problem ? [] : served.rows, { ...shared, page: served.page, total: served.total ?? 0, turn: to => served.turn(to),
      empty: problem || (served.loading ? "Loading …" : of.empty(source.inventory)) });
  }
  scope.every(10_000, draw); // the ages in the cells
  scope.add(() => served.close());
  return {
    title: of.title,
    element: h("div", {}, time.element, filter_bar(filters, h("span", { class: "filter-end" }, number, downloads)), source.note, table.element),
    update(route) {
      time.show(route.query);
      source.show(route.query);
      choose();
      show();
    },
  };
}
