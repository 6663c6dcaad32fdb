// The table of volumes.

import { h, name } from "../lib/dom.js";
import { ago, moment } from "../lib/format.js";
import { container_address, volume_address } from "../lib/route.js";
import { key_of } from "../data/inventory.js";
import { asked_label, choice_filter, different, has_label, text_filter } from "../parts/filters.js";
import { health } from "../data/health.js";
import { state_mark } from "../parts/marks.js";
import { inventory_table } from "../parts/inventory_table.js";

const day = 86_400_000;
const uses = [["", "any"], ["in-use", "in use"], ["mounted", "mounted, not running"], ["orphaned", "orphaned"]];
const last_uses = [["", "any"], ["never", "never recorded"], ["1", "over a day ago"], ["7", "over a week ago"], ["30", "over 30 days ago"]];

export function open(route, scope) {
  return inventory_table(scope, {
    title: "Volumes", kind: "volumes",
    rows: inventory => inventory.volumes,
    row_key: row => key_of(row.host, row.volume_id),
    columns, filters, matches, plain, empty,
    asked,
  });
}

const hour = 3_600_000;

/** The filters as the node takes them. */
function asked(query) {
  const last = query.get("last_used") ?? "";
  // In whole hours, so that the question stays the same for a while.
  const before = last && last !== "never" ? Math.floor((health.now() - Number(last) * day) / hour) * hour / 1000 : "";
  return { search: query.get("q"), use: { "in-use": "in_use", mounted: "stopped", orphaned: "orphaned" }[query.get("use")] ?? "",
    driver: query.get("driver"), project: query.get("project"), ...asked_label(query.get("label") ?? ""),
    never_used: last === "never", last_used_before: before };
}

function columns(inventory) {
  return [
    { id: "name", api: "name", title: "Name", value: x => x.name, cell: x => h("a", { href: volume_address(x.host, x.volume_id) }, name(x.name)) },
    { id: "used", api: "mounts", title: "Used by", value: x => inventory().mounts_of_volume(x).length, cell: x => users(inventory(), x) },
    { id: "project", api: "project", title: "Project", minor: true, value: x => inventory().project_of_volume(x), cell: x => optional(inventory().project_of_volume(x)) },
    { id: "driver", api: "driver", title: "Driver", minor: true, value: x => x.driver, cell: x => name(x.driver) },
    { id: "host", api: "host", title: "Host", minor: true, value: x => x.host, cell: x => name(x.host) },
    { id: "last_used", api: "last_used_at", title: "Last used", value: x => last_used(inventory(), x), cell: x => last_used_cell(inventory(), x) },
    { id: "created", api: "created_at", title: "Created", minor: true, value: x => x.created_at, cell: x => x.created_at ? moment(x.created_at) : "–" },
  ];
}

const optional = text => text ? name(text) : "–";

function last_used(inventory, row) {
  return inventory.is_in_use(row) ? new Date(health.now()).toISOString() : row.last_used_at ?? "";
}

function last_used_cell(inventory, row) {
  if (inventory.is_in_use(row)) return "now";
  // Of an earlier moment this is not known: only the last use is kept.
  if (row.last_used_at === undefined) return h("span", { class: "quiet" }, "not known");
  if (!row.last_used_at) return h("span", { class: "quiet" }, "never recorded");
  const by = row.last_used_by?.name;
  return [h("span", { title: moment(row.last_used_at) }, ago(row.last_used_at, health.now())), by && [" by ", name(by)]];
}

function users(inventory, row) {
  const mounts = inventory.mounts_of_volume(row);
  if (mounts.length === 0) return h("span", { class: "orphaned" }, "orphaned");
  const shown = mounts.slice(0, 3).map(mount => {
    const container = inventory.container_of(mount);
    return h("a", { class: "user", href: container_address(mount.host, mount.container_id) },
      state_mark(container?.state), name(container?.name ?? mount.container_id.slice(0, 12)), mount.access_mode === "ro" && " (ro)");
  });
  return [shown, mounts.length > 3 && `and ${mounts.length - 3} more`];
}

function filters(inventory) {
  return [
    text_filter("q", "Name", "part of a name"),
    choice_filter("use", "Use", uses),
    choice_filter("driver", "Driver", rows => different(rows, x => x.driver)),
    choice_filter("project", "Project", rows => different(rows, x => x.project ?? inventory().project_of_volume(x))),
    choice_filter("host", "Host", rows => different(rows, x => x.host)),
    text_filter("label", "Label", "key or key=value"),
    choice_filter("last_used", "Last used", last_uses),
  ];
}

function matches(query, inventory) {
  const [q, use, driver, project, host, label, last] = ["q", "use", "driver", "project", "host", "label", "last_used"].map(x => query.get(x) ?? "");
  const part = q.toLowerCase();
  const limit = last && last !== "never" ? health.now() - Number(last) * day : 0;
  return row => (!part || row.name.toLowerCase().includes(part)) && (!driver || row.driver === driver) && (!host || row.host === host)
    && (!label || has_label(row, label)) && (!use || use_of(inventory, row) === use) && (!project || inventory.project_of_volume(row) === project)
    && (!last || (!inventory.is_in_use(row) && (last === "never" ? !row.last_used_at : row.last_used_at && Date.parse(row.last_used_at) < limit)));
}

function use_of(inventory, row) {
  return inventory.is_orphaned(row) ? "orphaned" : inventory.is_in_use(row) ? "in-use" : "mounted";
}

function plain(inventory) {
  return [...["host", "volume_id", "name", "driver", "mountpoint", "scope", "created_at", "updated_at", "orphaned_since"].map(x => [x, row => row[x]]),
    ["project", row => inventory.project_of_volume(row)],
    ["last_used_at", row => last_used(inventory, row)],
    ["last_used_by", row => row.last_used_by?.name ?? ""],
    ["containers", row => inventory.mounts_of_volume(row).map(x => inventory.container_of(x)?.name ?? x.container_id).join(" ")],
    ["labels", row => JSON.stringify(row.labels)]];
}

function empty(inventory) {
  return inventory.volumes.size > 0 ? "No volume matches these filters. Clear one of them."
    : ["There is no volume yet. Create one with ", h("code", {}, "docker volume create mine"), "; it appears here at once."];
}
