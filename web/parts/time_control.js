// Chooses the moment that a view shows: any that the history has, or now ("live").

import { h } from "../lib/dom.js";
import { moment, recent } from "../lib/format.js";
import { change_query, current_route } from "../lib/route.js";
import { when_quiet } from "../lib/signal.js";
import { get, path } from "../data/api.js";
import { feed } from "../data/feed.js";
import { health } from "../data/health.js";

const spans = [["900", "15 minutes"], ["3600", "hour"], ["86400", "day"], ["604800", "week"], ["2592000", "30 days"]];
const frames = 60; // of a span that is played
const frame_time = 500;

export function time_control(scope) {
  let end = 0, timer = 0; // the slider's right end, in seconds: fixed while an earlier moment is shown
  let begin = 0, asked = null; // where the history begins, and the host whose begin it is
  const slider = h("input", { type: "range", id: "moment", min: -3600, max: 0, step: 1, value: 0, "aria-label": "Moment" });
  const span = h("select", { id: "span", "aria-label": "How far back the slider reaches" }, spans.map(([value, title]) => h("option", { value }, title)));
  const shown = h("output", { for: "moment", class: "moment" });
  const go_live = h("button", { type: "button", class: "live-button", onclick: () => { pause(); choose(null); } }, "live");
  const play = h("button", { type: "button", "aria-pressed": "false", onclick: () => timer ? pause() : start() }, "Play");
  span.value = "3600";

  const later = when_quiet(120, at => change_query({ at }));
  function choose(at) {
    if (at === null) return change_query({ at: "" });
    describe(at);
    later(at);
  }
  function now() { return Math.floor(health.now() / 1000) - 1; } // never in the future of the node
  function slider_moment() { return Math.min(now(), (end || now()) + Number(slider.value)); }
  function describe(at) {
    const text = at ? moment(at * 1000) : "now";
    if (shown.textContent !== text) shown.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  }

  slider.addEventListener("input", () => {
    pause();
    end ||= now();
    choose(Number(slider.value) === 0 ? null : slider_moment());
  });
  span.addEventListener("change", () => show(current_route().query));

  function start() {
    end = now();
    if (Number(slider.value) === 0) slider.value = slider.min;
    timer = setInterval(step, frame_time);
    mark_play(true);
    step();
  }
  function step() {
    const next = Number(slider.value) - Number(slider.min) / frames;
    if (next >= 0) {
      pause();
      return choose(null);
    }
    slider.value = next;
    choose(slider_moment());
  }
  function pause() {
    clearInterval(timer);
    timer = 0;
    mark_play(false);
  }
  function mark_play(on) {
    play.textContent = on ? "Pause" : "Play";
    play.setAttribute("aria-pressed", String(on));
  }
  async function ask(host) {
    asked = host;
    try {
      const { begins_at } = await get(path("history", { host }));
      if (asked !== host) return;
      begin = begins_at ? Math.ceil(Date.parse(begins_at) / 1000) : now() - 1;
      show(current_route().query);
    } catch {
      // Without the begin the slider reaches as far as its span; a moment before it is answered with where it is.
    }
  }
  function reach() { return Math.max(1, Math.min(Number(span.value), (end || now()) - begin)); }
  function show(query) {
    const at = seconds_of(query.get("at")), host = query.get("host") ?? "";
    if (at === null) end = 0;
    else {
      end ||= now();
      // An address may name a moment that the slider's span does not reach.
      const needed = spans.find(([value]) => Number(value) >= end - at) ?? spans.at(-1);
      if (Number(needed[0]) > Number(span.value)) span.value = needed[0];
    }
    if (host !== asked && feed.state !== "off") ask(host);
    slider.min = -reach();
    slider.value = at === null ? 0 : at - end;
    go_live.setAttribute("aria-pressed", String(at === null));
    describe(at);
    const off = feed.state === "off";
    for (const field of [slider, span, play]) field.disabled = off;
    note.textContent = off ? "Without a history (HISTORY_RETENTION=0) only now can be shown."
      : reach() < Number(span.value) ? `the history begins ${recent(begin * 1000, health.now())}` : "";
  }
  const note = h("span", { class: "quiet" });
  scope.add(pause, feed.changed.on(() => show(current_route().query)));
  scope.every(1_000, () => end === 0 && (slider.min = -reach()));
  scope.every(60_000, () => feed.state !== "off" && ask(asked ?? "")); // what is trimmed moves the begin
  return { element: h("div", { class: "time-control", role: "group", "aria-label": "Time" }, go_live, play, slider, span, shown, note), show };
}

/** Seconds since 1970 of ?at=, which may also be ISO 8601; null without one. */
export function seconds_of(at) {
  if (!at) return null;
  const number = /^\d+$/.test(at) ? Number(at) : Date.parse(at) / 1000;
  return Number.isFinite(number) ? Math.floor(number) : null;
}
