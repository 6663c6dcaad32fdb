// What the tables of volumes and containers share: filters in the address, time, download, and rows that stay current.

import { h, redraw } from "../lib/dom.js";
import { change_query, current_route } from "../lib/route.js";
import { once_a_frame } from "../lib/signal.js";
import { health } from "../data/health.js";
import { Narrowed } from "../data/narrowed.js";
import { download_buttons } from "./download.js";
import { filter_bar } from "./filters.js";
import { loaded_text, Source } from "./source.js";
import { Table } from "./table.js";
import { time_control } from "./time_control.js";

export function inventory_table(scope, of) {
  const draw = once_a_frame(show);
  const source = new Source(scope, draw);
  const narrowed = new Narrowed(of.kind, draw);
  const inventory = () => narrowed.inventory ?? source.inventory;
  const time = time_control(scope);
  const filters = of.filters(inventory);
  const number = h("span", { class: "quiet", role: "status" });
  const table = new Table(of.title, of.columns(inventory), of.row_key, change_query);
  const downloads = download_buttons(of.kind, () => matching(), () => of.plain(inventory()));

  function all_rows() { return [...of.rows(inventory()).values()]; }
  function matching(rows = all_rows()) { return rows.filter(of.matches(current_route().query, inventory())); }
  function show() {
    const { query } = current_route();
    const rows = all_rows(), shown = matching(rows);
    for (const filter of filters) filter.show(query, rows);
    redraw(number, [shown.length, rows.length, inventory().state], () => [loaded_text(inventory(), shown.length, rows.length)]);
    table.show(shown, { sort: query.get("sort") ?? "", page: Number(query.get("page") ?? 1), now: health.now(),
      empty: inventory().state === "loading" ? "Loading …" : inventory().state === "failed" ? inventory().error : of.empty(inventory()) });
    source.describe();
  }
  scope.every(10_000, draw); // the ages in the cells
  scope.add(() => narrowed.close());
  return {
    title: of.title,
    element: h("div", {}, time.element, filter_bar(filters, h("span", { class: "filter-end" }, number, downloads)), source.note, table.element),
    update(route) {
      time.show(route.query);
      source.show(route.query);
      narrowed.show(source.inventory, { host: route.query.get("host"), at: route.query.get("at"), ...of.server_filters(route.query) });
      show();
    },
  };
}
