// One container.

import { name, whole } from "../lib/dom.js";
import { volume_address } from "../lib/route.js";
import { intervals, mount_turns, run_turns } from "../data/life.js";
import { key_of } from "../data/inventory.js";
import { project_of } from "../data/projects.js";
import { state_mark } from "../parts/marks.js";
import { neighbourhood, to_volume } from "../parts/neighbourhood.js";
import { one_thing, pairs, time_text } from "../parts/one_thing.js";

export function open(route, scope) {
  const [host, id] = route.parts;
  return one_thing(scope, {
    kind: "container", title: id.slice(0, 12), query: { host, container: id },
    find: inventory => inventory.containers.get(key_of(host, id)),
    last_known: changes => changes.find(x => x.kind === "container" && x.operation === "remove")?.old,
    concerns: change => change.host === host && change.container_id === id,
    related: () => [],
    fields, life: (row, ...rest) => life(host, id, row, ...rest),
    neighbours: (row, inventory) => inventory.mounts_of_container(row).map(x => to_volume(x, inventory.volume_of(x), row.is_active)),
    picture: (row, others) => neighbourhood({ kind: "container", title: row.name, state: row.state }, others),
  });
}

function fields(row) {
  return [["Name", whole(row.name)], ["Id", whole(row.container_id)], ["Host", name(row.host ?? "")], ["Image", whole(row.image)], ["State", [state_mark(row.state), row.state]],
    ["Status", name(row.status)], ["Project", project_of(row) ? name(project_of(row)) : "–"], ["Created", time_text(row.created_at)],
    ["Started", time_text(row.started_at)], ["Ended", time_text(row.finished_at)], ["Row changed", time_text(row.updated_at)], ["Labels", pairs(row.labels)]];
}

function life(host, id, row, inventory, changes, related, begin, now) {
  const mounts = row ? inventory.mounts_of_container(row) : [];
  const running = intervals(run_turns(changes, id), row?.is_active ?? false, begin, now);
  const volumes = new Set([...changes.filter(x => x.kind === "mount"), ...mounts].map(x => x.volume_id));
  if (volumes.size === 0) return running.length ? [{ title: "the container", href: null, mounted: [], running }] : [];
  return [...volumes].map(volume => ({
    title: volume, href: volume_address(host, volume), running,
    mounted: intervals(mount_turns(changes, x => x.volume_id === volume), mounts.some(x => x.volume_id === volume), begin, now),
  })).slice(0, 60);
}
