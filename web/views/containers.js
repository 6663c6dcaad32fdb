// The table of containers.

import { h, name } from "../lib/dom.js";
import { moment, recent } from "../lib/format.js";
import { container_address, volume_address } from "../lib/route.js";
import { health } from "../data/health.js";
import { key_of } from "../data/inventory.js";
import { project_of } from "../data/projects.js";
import { asked_label, choice_filter, different, has_label, text_filter } from "../parts/filters.js";
import { inventory_table } from "../parts/inventory_table.js";
import { state_mark } from "../parts/marks.js";

export function open(route, scope) {
  return inventory_table(scope, {
    title: "Containers", kind: "containers",
    rows: inventory => inventory.containers,
    row_key: row => key_of(row.host, row.container_id),
    columns, filters, matches, plain, empty,
    asked: query => ({ search: query.get("q"), state: query.get("state"), project: query.get("project"), ...asked_label(query.get("label") ?? "") }),
  });
}

function columns(inventory) {
  return [
    { id: "name", api: "name", title: "Name", value: x => x.name, cell: x => h("a", { href: container_address(x.host, x.container_id) }, name(x.name)) },
    { id: "state", api: "state", title: "State", value: x => x.state, cell: x => [state_mark(x.state), x.state] },
    { id: "volumes", api: "mounts", title: "Volumes", value: x => inventory().mounts_of_container(x).length, cell: x => volumes(inventory(), x) },
    { id: "image", api: "image", title: "Image", minor: true, value: x => x.image, cell: x => name(x.image) },
    { id: "project", api: "project", title: "Project", minor: true, value: project_of, cell: x => project_of(x) ? name(project_of(x)) : "–" },
    { id: "host", api: "host", title: "Host", minor: true, value: x => x.host, cell: x => name(x.host) },
    { id: "started", api: "started_at", title: "Started", value: x => x.started_at, cell: x => time(x.started_at) },
    { id: "finished", api: "finished_at", title: "Ended", minor: true, value: x => x.finished_at, cell: x => time(x.finished_at) },
  ];
}

const time = at => at ? h("span", { title: moment(at) }, recent(at, health.now())) : "–";

function volumes(inventory, row) {
  const mounts = inventory.mounts_of_container(row);
  if (mounts.length === 0) return h("span", { class: "quiet" }, "none");
  return [mounts.slice(0, 3).map(mount => h("a", { class: "user", href: volume_address(mount.host, mount.volume_id) },
    name(inventory.volume_of(mount)?.name ?? mount.volume_id), mount.access_mode === "ro" && " (ro)")),
    mounts.length > 3 && `and ${mounts.length - 3} more`];
}

function filters() {
  return [
    text_filter("q", "Name or image", "part of a name"),
    choice_filter("state", "State", rows => different(rows, x => x.state)),
    choice_filter("project", "Project", rows => different(rows, project_of)),
    choice_filter("host", "Host", rows => different(rows, x => x.host)),
    text_filter("label", "Label", "key or key=value"),
  ];
}

function matches(query) {
  const [q, state, project, host, label] = ["q", "state", "project", "host", "label"].map(x => query.get(x) ?? "");
  const part = q.toLowerCase();
  return row => (!part || row.name.toLowerCase().includes(part) || row.image.toLowerCase().includes(part) || row.container_id.startsWith(part))
    && (!state || row.state === state) && (!project || project_of(row) === project) && (!host || row.host === host)
    && (!label || has_label(row, label));
}

function plain(inventory) {
  return [...["host", "container_id", "name", "image", "state", "status", "started_at", "finished_at", "created_at", "updated_at"].map(x => [x, row => row[x]]),
    ["project", project_of],
    ["volumes", row => inventory.mounts_of_container(row).map(x => x.volume_id).join(" ")],
    ["labels", row => JSON.stringify(row.labels)]];
}

function empty(inventory) {
  return inventory.containers.size > 0 ? "No container matches these filters. Clear one of them."
    : ["There is no container yet. Start one with ", h("code", {}, "docker run -v mine:/data …"), "; it appears here at once."];
}
