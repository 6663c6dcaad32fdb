// All hosts with their status; on a node of its own there is one.

import { h, name, redraw } from "../lib/dom.js";
import { count, duration, moment } from "../lib/format.js";
import { address } from "../lib/route.js";
import { once_a_frame } from "../lib/signal.js";
import { get, path } from "../data/api.js";
import { health } from "../data/health.js";
import { live } from "../data/live.js";
import { status_text } from "../parts/marks.js";
import { Table } from "../parts/table.js";
import { change_query, current_route } from "../lib/route.js";

export function open(route, scope) {
  let items = null, problem = "";
  const draw = once_a_frame(show);
  const note = h("p", { class: "note" });
  const table = new Table("Hosts", columns(), x => x.host, change_query);

  async function load() {
    try {
      items = (await get(path("hosts", { limit: 1000 }))).items;
      problem = "";
    } catch (error) {
      problem = `The hosts can't be read: ${error.message}`;
    }
    draw();
  }
  function show() {
    redraw(note, problem, () => [problem]);
    const { query } = current_route();
    const host = query.get("host");
    table.show((items ?? []).filter(x => !host || x.host === host), { sort: query.get("sort") ?? "", page: Number(query.get("page") ?? 1), now: health.now(),
      empty: items === null ? "Loading …" : health.is_hub ? ["No agent has connected yet. Start one with NODE_ROLE=agent and HUB_ADDRESS set to this hub."] : "This node has not seen its Docker daemon yet." });
  }
  scope.every(2_000, load);
  scope.add(live.changed.on(draw));
  load();
  return { title: "Hosts", element: h("div", {}, note, table.element), update: show };
}

function columns() {
  const of = (rows, host) => {
    let number = 0;
    for (const x of rows.values()) if (x.host === host) ++number;
    return number;
  };
  const lag = x => "lag_seconds" in x ? x.lag_seconds : x.verified_at ? Math.max(0, Math.floor((health.now() - Date.parse(x.verified_at)) / 1000)) : null;
  return [
    { id: "host", title: "Host", value: x => x.host, cell: x => h("a", { href: address("map", [], { host: x.host }), title: "Narrow every view to this host" }, name(x.host)) },
    { id: "status", title: "Status", value: status_of, cell: x => [status_text(status_of(x)), reasons(x)] },
    { id: "lag", title: "Rows verified", number: true, value: lag, cell: x => lag(x) === null ? "never" : `${duration(lag(x))} ago` },
    { id: "volumes", title: "Volumes", number: true, value: x => of(live.volumes, x.host), cell: x => h("a", { href: address("volumes", [], { host: x.host }) }, count(of(live.volumes, x.host))) },
    { id: "containers", title: "Containers", number: true, value: x => of(live.containers, x.host), cell: x => h("a", { href: address("containers", [], { host: x.host }) }, count(of(live.containers, x.host))) },
    { id: "since", title: "Since", minor: true, value: x => x.since ?? x.first_seen_at, cell: x => moment(x.since ?? x.first_seen_at) },
    { id: "agent", title: "Agent", minor: true, value: x => x.agent_version, cell: x => name(x.agent_version ?? "none") },
    { id: "engine", title: "Docker", minor: true, value: x => x.engine_version, cell: x => name(x.engine_version || "unknown") },
  ];
}

function status_of(x) {
  if (x.status === "away") return "away";
  return x.agent_status ?? (x.status === "connected" ? "connected" : health.status);
}

function reasons(x) {
  const texts = x.status === "away" ? [x.away_because] : x.reasons ?? [];
  return texts.filter(Boolean).map(text => h("div", { class: "quiet" }, name(text)));
}
