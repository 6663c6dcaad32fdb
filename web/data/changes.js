// Pages of /api/v1/changes, and what a change says in words.

import { ApiError, get, path } from "./api.js";
import { feed } from "./feed.js";

export async function changes(query, options) {
  // The stream has been refused for the same reason: do not ask again and again.
  if (feed.state === "off") throw new ApiError(404, feed.off_because);
  return get(path("changes", query), options);
}

/** All changes that match, newest first, up to `bound`. */
export async function all_changes(query, bound, options) {
  const items = [];
  let before = "";
  do {
    const page = await changes({ limit: 1000, ...query, before }, options);
    items.push(...page.items);
    before = page.next ?? "";
  } while (before && items.length < bound);
  return items;
}

const verbs = { create: "created", update: "changed", remove: "removed" };

/** What happened, in a word: "started", "mounted rw", "removed". */
export function what_happened(change) {
  const { kind, operation } = change;
  if (kind === "mount") {
    const mode = change.new?.access_mode ?? change.old?.access_mode ?? "";
    return operation === "create" ? `mounted ${mode}` : operation === "remove" ? "unmounted" : "mount changed";
  }
  if (kind === "container" && operation === "update") {
    const state = change.new?.state;
    if (state === "running") return change.old?.state === "paused" ? "resumed" : "started";
    if (state) return state;
    if (change.new?.name) return "renamed";
  }
  return verbs[operation] ?? operation;
}

/** Whether only a list showed the change, so that its time is a span: `not_before` to `at`. */
export function is_inexact(change) {
  return change.not_before !== change.at;
}

/** [[field, old, new]] of the columns that differ. */
export function differences(change) {
  const before = change.old ?? {}, after = change.new ?? {};
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter(field => !["host", "updated_at"].includes(field))
    .map(field => [field, before[field], after[field]]);
}
