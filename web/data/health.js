// The node's own judgement of itself, and the age of its proof. Polled, since a node that hangs sends nothing.

import { Signal } from "../lib/signal.js";
import { feed } from "./feed.js";
import { get, get_any, path } from "./api.js";

const interval = 2_000;

class Health {
  report = null;
  error = "";
  reached_at = new Date(); // of the last answer
  hosts = [];              // a hub's
  changed = new Signal();
  #offset = 0; // the node's clock minus ours

  start() {
    this.#run();
    feed.health.on(() => this.refresh());
  }

  async #run() {
    for (;;) {
      await this.refresh();
      await new Promise(resolve => setTimeout(resolve, interval));
    }
  }

  async refresh() {
    try {
      const { status, body } = await get_any(path("health"), { signal: AbortSignal.timeout(8_000) });
      if (!body?.checks) throw new Error(body?.error ?? `the node answered with status ${status}`);
      this.report = body;
      this.error = "";
      this.reached_at = new Date();
      this.#offset = this.#better_offset(body.timestamp * 1000);
      if (this.is_hub) this.hosts = (await get(path("hosts", { limit: 1000 }))).items;
    } catch (error) {
      this.error = error.name === "TimeoutError" ? "The node does not answer within 8 s." : String(error.message);
    }
    this.changed.emit();
  }

  // The node's time has whole seconds: keep the old difference while it fits.
  #better_offset(seconds) {
    const difference = seconds - Date.now();
    return this.#offset >= difference && this.#offset <= difference + 1_000 ? this.#offset : difference + 500;
  }

  get is_hub() { return this.report !== null && "hosts" in this.report.checks; }
  get status() { return this.error ? "unreachable" : this.report?.status ?? "connecting"; }

  /** The node's time now, in milliseconds. */
  now() { return Date.now() + this.#offset; }

  /** Seconds since the rows were last proven right; null: never. Keeps growing while the node does not answer. */
  staleness() {
    const since = this.error ? (Date.now() - this.reached_at.getTime()) / 1000 : 0;
    if (this.is_hub) {
      const lags = this.hosts.map(x => x.lag_seconds).filter(x => x !== null);
      return lags.length ? Math.max(...lags) + since : null;
    }
    const verified = this.report?.checks.events.verified_at;
    return verified ? Math.max(0, Math.floor((this.now() - verified * 1000) / 1000)) : null;
  }

  /** [[check, status, reasons]] */
  checks() {
    return Object.entries(this.report?.checks ?? {}).map(([name, x]) => [name, x.status, x.reasons ?? []]);
  }
}

export const health = new Health();
