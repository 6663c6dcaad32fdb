// Changes as lines: when, what, where, each a link, with the fields that differ.

import { cut, h, isolated, name } from "../lib/dom.js";
import { clock, moment } from "../lib/format.js";
import { container_address, volume_address } from "../lib/route.js";
import { differences, is_inexact, what_happened } from "../data/changes.js";

export function change_line(change, { details = true, fresh = false } = {}) {
  const fields = details ? difference_list(change) : null;
  return h("li", { class: fresh ? "change fresh" : "change", "data-operation": change.operation },
    when(change), h("span", { class: "kind" }, change.kind), subject(change),
    h("span", { class: "what" }, what_happened(change)), place(change), fields);
}

function when(change) {
  const exact = !is_inexact(change);
  const title = exact ? moment(change.at)
    : change.not_before ? `between ${moment(change.not_before)} and ${moment(change.at)}; only a list showed it` : `found by the first list, at ${moment(change.at)}`;
  return h("time", { datetime: change.at, title }, exact ? clock(change.at) : "≤ " + clock(change.at));
}

function subject(change) {
  if (change.kind === "volume") return h("a", { href: volume_address(change.host, change.volume_id) }, name(change.name || change.volume_id));
  return h("a", { href: container_address(change.host, change.container_id) }, name(change.name || change.container_id.slice(0, 12)));
}

function place(change) {
  const of_mount = change.kind === "mount"
    ? [" ", h("a", { href: volume_address(change.host, change.volume_id) }, name(change.volume_id)), " at ", name(change.mount_path)] : null;
  return h("span", { class: "where" }, of_mount, h("span", { class: "minor quiet" }, " on ", name(change.host)));
}

function difference_list(change) {
  const fields = differences(change);
  if (fields.length === 0) return null;
  const update = change.operation === "update";
  const title = update ? fields.map(([field]) => field).join(", ") : plural_fields(fields.length);
  return h("details", { class: "difference" }, h("summary", {}, title), h("dl", {}, fields.map(([field, before, after]) =>
    [h("dt", {}, field), h("dd", {}, update || change.operation === "remove" ? h("del", {}, shown(before)) : null,
      update ? " → " : null, change.operation === "remove" ? null : h("ins", {}, shown(after)))])));
}

const plural_fields = number => `${number} fields`;

function shown(value) {
  if (value === null || value === undefined) return "none";
  return isolated(cut(typeof value === "string" ? value : JSON.stringify(value), 2000));
}
