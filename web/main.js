// Opens the view that the address names.

import { h } from "./lib/dom.js";
import { current_route } from "./lib/route.js";
import { Scope } from "./lib/signal.js";
import { health } from "./data/health.js";
import { start_live } from "./data/live.js";
import { top_bar } from "./parts/top_bar.js";
import * as overview from "./views/overview.js";
import * as map from "./views/map.js";
import * as volumes from "./views/volumes.js";
import * as containers from "./views/containers.js";
import * as volume from "./views/volume.js";
import * as container from "./views/container.js";
import * as changes from "./views/changes.js";
import * as hosts from "./views/hosts.js";
import * as system from "./views/system.js";

const place = document.getElementById("view");
const views = { overview, map, volumes, containers, changes, hosts, system };
const of_one = { volumes: volume, containers: container };
let current = null;

function module_of(route) {
  return route.parts.length === 2 ? of_one[route.view] : route.parts.length === 0 ? views[route.view] : undefined;
}

function nothing_here() {
  return { title: "Not found", element: h("p", {}, "This page has no such view. ", h("a", { href: "#/" }, "Open the overview.")) };
}

/** A view is opened once for a path; a change of the query only updates it, so that fields keep their focus. */
function show() {
  const route = current_route();
  const identity = JSON.stringify([route.view, route.parts]);
  if (current?.identity === identity && current.update) return current.update(route);
  const first = current === null;
  current?.scope.close();
  const scope = new Scope();
  const opened = module_of(route)?.open(route, scope) ?? nothing_here();
  current = { identity, scope, update: opened.update };
  const heading = h("h1", { tabindex: "-1" }, opened.heading ?? opened.title);
  place.replaceChildren(heading, opened.element);
  place.dataset.view = route.view;
  document.title = `${opened.title} · volumeviz-events`;
  current.update?.(route);
  window.scrollTo(0, 0);
  if (!first) heading.focus({ preventScroll: true });
}

document.getElementById("top").append(top_bar());
// The address of the page is the base of the skip link; a view's address must not be taken from it.
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();
  place.focus();
});
window.addEventListener("hashchange", show);
health.start();
start_live();
show();
