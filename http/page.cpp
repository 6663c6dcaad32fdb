#include "http/page.hpp"

namespace volumeviz::http {

std::string_view page_html() noexcept {
  // Links are relative: a reverse proxy may serve the page below a path of its own.
  // The script inserts values of the API as text only, never as HTML: a reason may quote names that
  // others have chosen.
  static constexpr std::string_view html = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>volumeviz-events</title>
<style>
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
  #status { font-size: 1.5rem; font-weight: 600 }
  .healthy { color: #1a7f37 } .degraded, .away { color: #9a6700 } .unhealthy, .unreachable { color: #cf222e }
  table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8884; vertical-align: top }
</style>
</head>
<body>
<h1>volumeviz-events <small id="node-role"></small></h1>
<p id="status" role="status">…</p>
<table aria-label="Checks"><tbody id="checks"></tbody></table>
<section id="fleet" hidden>
  <h2>Hosts</h2>
  <table aria-label="Hosts">
    <thead><tr><th>host<th>status<th>since<th>rows verified<th>agent</thead>
    <tbody id="hosts"></tbody>
  </table>
</section>
<h2>Links</h2>
<ul>
  <li><a href="api/v1/health">health</a>, <a href="api/v1/health/events">events</a>,
      <a href="api/v1/health/live">live</a>, <a href="api/v1/health/ready">ready</a>
  <li id="rows"><a href="api/v1/volumes">volumes</a> (<a href="api/v1/volumes?orphaned=true">orphaned</a>),
      <a href="api/v1/containers">containers</a>, <a href="api/v1/mounts">mounts</a>,
      <a href="api/v1/hosts">hosts</a>
  <li><a href="api/v1/actors">actors</a>, <a href="metrics">metrics</a>
</ul>
<p id="reconcile">Start a full reconciliation: <code>curl -X POST <span id="address"></span></code></p>
<script>
  "use strict";
  const at = id => document.getElementById(id);
  const show = status => { at("status").textContent = status; at("status").className = status; };
  const row = (head, ...texts) => {
    const line = document.createElement("tr");
    line.append(...[head, ...texts].map((text, i) => {
      const cell = document.createElement(i ? "td" : "th");
      cell.textContent = text;
      return cell;
    }));
    return line;
  };
  const rows = pairs => at("checks").replaceChildren(...pairs.map(([name, text]) => row(name, text)));
  const ago = seconds => seconds === null ? "not yet" : `${seconds} s ago`;
  // The checks show the role: only a hub has hosts, and only an agent has a hub.
  function show_role(checks) {
    const hub = "hosts" in checks, agent = "hub" in checks;
    at("node-role").textContent = hub ? "hub" : agent ? "agent" : "";
    at("fleet").hidden = !hub;
    at("rows").hidden = agent;
    at("reconcile").hidden = hub;
    return hub;
  }
  async function show_hosts() {
    const page = await (await fetch("api/v1/hosts?limit=1000", { cache: "no-store" })).json();
    if (!page.items) return at("hosts").replaceChildren(row("…", page.error));
    const lines = page.items.map(x => {
      const says = x.status === "away" ? [x.status, x.away_because]
                 : [x.status, x.agent_status, ...x.reasons];
      const line = row(x.host, says.filter(Boolean).join(": "), x.since || "",
                       x.lag_seconds === null ? "unknown" : ago(x.lag_seconds),
                       x.agent_version || "");
      line.className = x.status === "away" ? "away" : x.agent_status || "";
      return line;
    });
    if (page.next) lines.push(row("…", "more hosts are at /api/v1/hosts"));
    at("hosts").replaceChildren(...lines);
  }
  at("address").textContent = new URL("api/v1/health/events/reconcile", document.baseURI);
  async function refresh() {
    try {
      const health = await (await fetch("api/v1/health", { cache: "no-store" })).json();
      if (!health.checks) throw new Error(health.error);
      const events = health.checks.events;
      show(health.status);
      const hub = show_role(health.checks);
      const checks = Object.entries(health.checks).map(([name, x]) =>
        [name, [x.status, ...(x.reasons || [])].join(": ")]);
      rows(hub ? checks : [
        ...checks,
        ["events", `${events.processed_total} processed, ${events.errors_total} failed, ` +
                   `${events.dropped_total} dropped, ${events.queue_size} waiting`],
        ["last event", events.last_event_age_seconds === null ? "none yet"
                       : `${events.last_event_age_seconds} s ago`],
        ["rows verified", ago(events.staleness_seconds)],
      ]);
      if (hub) await show_hosts();
    } catch (error) {
      show("unreachable");
      rows([["answer", String(error.message)]]);
    }
    setTimeout(refresh, 2000);
  }
  refresh();
</script>
</body>
</html>
)html";
  return html;
}

} // namespace volumeviz::http
