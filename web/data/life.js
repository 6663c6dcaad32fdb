// The life of a volume or a container, from its changes: who had what mounted, and who ran, when.

import { is_inexact } from "./changes.js";

/** Intervals { begin, end, inexact_begin, inexact_end } of a sequence of on and off; an open one ends with `now`. */
export function intervals(turns, on_now, begin, now) {
  const result = [];
  let open = null;
  for (const { on, change } of turns) {
    const at = Date.parse(change.at);
    const earliest = is_inexact(change) ? change.not_before ? Date.parse(change.not_before) : null : at;
    if (on && !open) open = { begin: at, inexact_begin: earliest !== at ? Math.max(begin, earliest ?? begin) : null };
    else if (!on) {
      // It was on before the history begins.
      open ??= { begin, inexact_begin: null };
      result.push({ ...open, end: at, inexact_end: earliest !== at && earliest !== null ? Math.max(open.begin, earliest) : null });
      open = null;
    }
  }
  if (open) result.push({ ...open, end: now, inexact_end: null });
  else if (turns.length === 0 && on_now) result.push({ begin, end: now, inexact_begin: null, inexact_end: null });
  return result;
}

const oldest_first = (a, b) => a.id - b.id;

export function mount_turns(changes, fits) {
  return changes.filter(x => x.kind === "mount" && x.operation !== "update" && fits(x)).sort(oldest_first)
    .map(change => ({ on: change.operation === "create", change }));
}

export function run_turns(changes, container_id) {
  const turns = [];
  for (const change of changes.filter(x => x.kind === "container" && x.container_id === container_id).sort(oldest_first)) {
    const before = change.old?.is_active, after = change.new?.is_active;
    if (change.operation === "create" && after) turns.push({ on: true, change });
    else if (change.operation === "update" && before !== after && after !== undefined) turns.push({ on: after, change });
    else if (change.operation === "remove" && before) turns.push({ on: false, change });
  }
  return turns;
}
