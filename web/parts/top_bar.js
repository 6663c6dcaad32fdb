// Always in sight: the node's status, the age of its proof, whether the page is live, and the way to every view.

import { h, name, redraw } from "../lib/dom.js";
import { clock, duration } from "../lib/format.js";
import { address, change_query, current_route } from "../lib/route.js";
import { feed } from "../data/feed.js";
import { health } from "../data/health.js";

const views = [["overview", "Overview"], ["map", "Map"], ["volumes", "Volumes"], ["containers", "Containers"],
               ["changes", "Changes"], ["hosts", "Hosts"], ["system", "System"]];

export function top_bar() {
  const status = h("a", { id: "status", href: address("system") });
  const proof = h("span", { id: "staleness" });
  const freshness = h("span", { id: "freshness", role: "status" });
  const host = h("span", { id: "narrowed" });
  const links = h("nav", { "aria-label": "Views" });
  const update = () => {
    show_status(status);
    show_proof(proof);
    show_freshness(freshness);
  };
  const navigate = () => {
    show_links(links);
    show_host(host);
  };
  health.changed.on(update);
  feed.changed.on(update);
  setInterval(update, 1_000);
  window.addEventListener("hashchange", navigate);
  update();
  navigate();
  return h("div", { class: "bar" },
    h("a", { class: "brand", href: "#/" }, "volumeviz"), links,
    h("div", { class: "signs" }, host, status, proof, freshness));
}

function show_status(element) {
  element.dataset.status = health.status;
  redraw(element, health.status, () => [h("span", { class: "dot", "aria-hidden": "true" }), health.status]);
}

function show_proof(element) {
  const age = health.staleness();
  const off = health.report?.checks.events.status === "not_configured" && !health.is_hub;
  const text = off ? "events are off" : age === null ? "rows not verified yet" : `rows verified ${duration(age)} ago`;
  element.classList.toggle("bad", age !== null && age > 30);
  redraw(element, text, () => [text]);
}

function freshness() {
  if (health.error) return ["stale", `not live since ${clock(health.reached_at)}`];
  if (feed.state === "live") return ["live", "live"];
  if (feed.state === "off") return ["polling", "no history: asking every 3 s"];
  if (feed.state === "connecting") return ["connecting", "connecting"];
  return ["stale", `not live since ${clock(feed.since)}`];
}

function show_freshness(element) {
  const [state, text] = freshness();
  // What may be old is greyed by the style sheet.
  document.documentElement.dataset.freshness = state;
  element.dataset.state = state;
  redraw(element, text, () => [text]);
}

function show_links(element) {
  const { view, query } = current_route();
  const kept = { host: query.get("host"), at: query.get("at") };
  element.replaceChildren(...views.map(([id, title]) =>
    h("a", { href: address(id, [], kept), "aria-current": id === view ? "page" : null }, title)));
}

function show_host(element) {
  const host = current_route().query.get("host");
  redraw(element, host, () => host
    ? ["host ", name(host), h("button", { type: "button", class: "small", "aria-label": "Show all hosts", onclick: () => change_query({ host: "" }) }, "×")]
    : []);
}
