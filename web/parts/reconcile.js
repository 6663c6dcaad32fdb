// Starts a reconciliation and follows it to its end.

import { h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { get, path } from "../data/api.js";
import { feed } from "../data/feed.js";
import { health } from "../data/health.js";

const patience = 60_000;

export function reconcile_panel(scope) {
  const select = h("select", { id: "reconcile-type" }, [["full", "everything"], ["volumes", "volumes"], ["containers", "containers and mounts"]].map(([value, title]) => h("option", { value }, title)));
  const result = h("p", { role: "status", id: "reconcile-result" });
  const button = h("button", { type: "button", class: "main", onclick: run }, "Reconcile now");
  let run_number = 0;
  scope.add(() => ++run_number); // a closed view follows no run

  async function run() {
    const own = ++run_number;
    button.disabled = true;
    result.className = "";
    result.textContent = "Asking the node …";
    let mended = 0;
    const end = feed.change.on(change => { if (change.source === "reconciliation") ++mended; });
    try {
      const type = select.value, before = await runs_of(type);
      const ticket = await get(path("health/events/reconcile", { type }), { method: "POST" });
      result.textContent = `Run ${ticket.run_id} has begun: the node lists everything and compares.`;
      const done = await ended(type, before, () => own === run_number);
      if (own !== run_number) return;
      result.textContent = done ? `Run ${ticket.run_id} is complete: ${feed.state !== "live" ? "the rows agree with Docker."
        : mended ? `${plural(mended, "row")} had to be corrected.` : "every row was right."}`
        : `Run ${ticket.run_id} has not ended within a minute. The checks above say why.`;
      result.className = done ? "good" : "bad";
    } catch (error) {
      result.textContent = `The reconciliation did not begin: ${error.message}`;
      result.className = "bad";
    } finally {
      end();
      button.disabled = false;
    }
  }
  return h("div", {},
    h("p", {}, "Lists everything that Docker has and corrects every row that differs. The node does it by itself when it has reason to."),
    h("p", { class: "filters" }, h("label", { class: "filter", for: "reconcile-type" }, h("span", {}, "What"), select), button), result,
    h("p", { class: "quiet", hidden: !health.is_hub }, "A hub has no Docker daemon; reconcile on the host's agent."));
}

async function runs_of(type) {
  return (await get(path("health/events"))).reconciliation_runs[type];
}

/** Whether the number of complete runs has grown. */
async function ended(type, before, wanted) {
  const end = performance.now() + patience;
  while (performance.now() < end && wanted()) {
    await new Promise(resolve => setTimeout(resolve, 250));
    if (await runs_of(type) > before) return true;
  }
  return false;
}
