// One volume.

import { name, whole } from "../lib/dom.js";
import { container_address } from "../lib/route.js";
import { h } from "../lib/dom.js";
import { all_changes } from "../data/changes.js";
import { intervals, mount_turns, run_turns } from "../data/life.js";
import { key_of } from "../data/inventory.js";
import { neighbourhood, to_container } from "../parts/neighbourhood.js";
import { one_thing, pairs, time_text } from "../parts/one_thing.js";

const most_related = 12;

export function open(route, scope) {
  const [host, id] = route.parts;
  return one_thing(scope, {
    kind: "volume", title: id, query: { host, volume: id },
    find: inventory => inventory.volumes.get(key_of(host, id)),
    last_known: changes => changes.find(x => x.kind === "volume" && x.operation === "remove")?.old,
    concerns: (change, changes) => change.host === host && (change.volume_id === id
      || change.kind === "container" && changes.some(x => x.container_id === change.container_id)),
    related: changes => runs_of(host, changes),
    fields, life: (row, ...rest) => life(host, id, row, ...rest),
    neighbours: (row, inventory) => inventory.mounts_of_volume(row).map(x => to_container(x, inventory.container_of(x))),
    picture: (row, others) => neighbourhood({ kind: "volume", title: row.name ?? id }, others),
  });
}

/** When the containers that have had the volume ran. */
async function runs_of(host, changes) {
  const ids = [...new Set(changes.filter(x => x.kind === "mount").map(x => x.container_id))].slice(0, most_related);
  return (await Promise.all(ids.map(container => all_changes({ host, container, kind: "container" }, 500)))).flat();
}

function fields(row, inventory) {
  const used = inventory.is_in_use(row) ? "now" : time_text(row.last_used_at);
  const by = row.last_used_by;
  return [["Name", whole(row.name ?? row.volume_id)], ["Host", name(row.host ?? "")], ["Driver", name(row.driver)], ["Mount point", whole(row.mountpoint ?? "")],
    ["Scope", row.scope], ["Status", name(row.status || "–")], ["Project", inventory.project_of_volume(row) ? name(inventory.project_of_volume(row)) : "–"],
    ["Last used", by && used !== "now" ? [used, " by ", h("a", { href: container_address(row.host, by.container_id) }, name(by.name))] : used],
    ["Orphaned since", inventory.is_orphaned(row) ? time_text(row.orphaned_since) : "not orphaned"],
    ["Created", time_text(row.created_at)], ["Row changed", time_text(row.updated_at)], ["Labels", pairs(row.labels)], ["Options", pairs(row.options)]];
}

function life(host, id, row, inventory, changes, related, begin, now) {
  const mounts = row ? inventory.mounts_of_volume(row) : [];
  const names = new Map();
  for (const x of changes) if (x.kind === "mount") names.set(x.container_id, x.name);
  for (const x of mounts) names.set(x.container_id, inventory.container_of(x)?.name ?? names.get(x.container_id) ?? "");
  return [...names].map(([container, title]) => ({
    title: title || container.slice(0, 12), href: container_address(host, container),
    mounted: intervals(mount_turns(changes, x => x.container_id === container), mounts.some(x => x.container_id === container), begin, now),
    running: intervals(run_turns(related, container), inventory.containers.get(key_of(host, container))?.is_active ?? false, begin, now),
  })).slice(0, 60);
}
