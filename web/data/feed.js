// The live feed of changes. It resumes by the cursor of the last change, so nothing is missed or doubled.

import { Signal } from "../lib/signal.js";
import { ApiError, path, request } from "./api.js";
import { read_events } from "./event_stream.js";

const silence_limit = 40_000; // the node sends a comment every 15 s
const first_pause = 500, longest_pause = 10_000;
// A browser has six connections to a server for all its tabs. A hidden tab gives its stream back, and resumes when it is seen;
// so does a page that the browser keeps for its back button.
const hidden_limit = 60_000;

class Feed {
  /** connecting · live · away (since `since`) · off (the node keeps no history) */
  state = "connecting";
  since = new Date();
  off_because = "";
  changed = new Signal();
  change = new Signal();   // a change, as in /api/v1/changes
  reset = new Signal();    // changes were missed: load everything again
  health = new Signal();   // the node's status has changed
  #last = null;
  #pause = first_pause;
  #started = false;

  start() {
    if (this.#started) return;
    this.#started = true;
    this.#run();
  }

  #set(state) {
    if (state === this.state) return;
    this.state = state;
    this.since = new Date();
    this.changed.emit();
  }

  async #run() {
    for (;;) {
      try {
        await this.#follow();
      } catch (error) {
        if (error instanceof ApiError && error.status === 400) this.#last = null; // a cursor of another database
        if (error instanceof ApiError && error.status === 404) {
          this.off_because = error.message;
          this.#set("off");
          this.#pause = 30_000; // another node may run behind this address later
        }
      }
      if (this.state !== "off") this.#set("away");
      await this.#wait(this.#pause);
      this.#pause = Math.min(longest_pause, this.#pause * 2);
    }
  }

  /** Until the pause is over and the tab is seen; a tab that becomes seen waits no longer. */
  #wait(pause) {
    return new Promise(resolve => {
      const done = () => {
        if (document.hidden) return;
        clearTimeout(timer);
        document.removeEventListener("visibilitychange", done);
        resolve();
      };
      const timer = setTimeout(done, pause);
      document.addEventListener("visibilitychange", done);
    });
  }

  async #follow() {
    const stop = new AbortController();
    let hidden = 0;
    const seen_or_not = () => {
      clearTimeout(hidden);
      if (document.hidden) hidden = setTimeout(() => stop.abort(), hidden_limit);
    };
    const left = () => stop.abort();
    document.addEventListener("visibilitychange", seen_or_not);
    window.addEventListener("pagehide", left);
    seen_or_not();
    let timer = 0;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), silence_limit);
    };
    alive();
    try {
      const answer = await request(path("changes/stream", { after: this.#last }),
        { signal: stop.signal, headers: { Accept: "text/event-stream" } });
      if (!answer.ok) throw new ApiError(answer.status, (await answer.json()).error);
      const missed_some = this.#last === null && this.state !== "connecting";
      this.#pause = first_pause;
      this.#set("live");
      // Without a cursor the stream begins now, so what happened before has to be loaded.
      if (missed_some) this.reset.emit();
      await read_events(answer, event => this.#handle(event), alive);
    } finally {
      clearTimeout(timer);
      clearTimeout(hidden);
      document.removeEventListener("visibilitychange", seen_or_not);
      window.removeEventListener("pagehide", left);
      stop.abort();
    }
  }

  #handle(event) {
    if (event.id) this.#last = event.id;
    if (event.data === null) return;
    if (event.event === "change") this.change.emit(JSON.parse(event.data));
    else if (event.event === "reset") this.reset.emit();
    else if (event.event === "health") this.health.emit();
  }
}

export const feed = new Feed();
