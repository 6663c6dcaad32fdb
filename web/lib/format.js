// Numbers, ages and times as text.

export function count(value) {
  return value === null || value === undefined ? "–" : Number(value).toLocaleString("en");
}

export function plural(value, one, many = one + "s") {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A duration in its two largest useful units: 8 s, 3 min 20 s, 2 h 5 min, 4 d. */
export function duration(seconds) {
  const all = Math.max(0, Math.round(seconds));
  if (all < 60) return `${all} s`;
  const [large, small, names] = all < 3600 ? [60, 1, ["min", "s"]]
    : all < 86400 ? [3600, 60, ["h", "min"]] : [86400, 3600, ["d", "h"]];
  const first = Math.floor(all / large), rest = Math.floor((all % large) / small);
  return rest === 0 || first >= 10 ? `${first} ${names[0]}` : `${first} ${names[0]} ${rest} ${names[1]}`;
}

const two = value => String(value).padStart(2, "0");

/** In the reader's time zone: 2026-11-29 10:00:00. */
export function moment(at) {
  const time = at instanceof Date ? at : new Date(at);
  if (Number.isNaN(time.getTime())) return "–";
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock(time)}`;
}

/** Only the time of day. */
export function clock(at) {
  const time = at instanceof Date ? at : new Date(at);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** The time of day if `at` is less than 12 hours ago, else date and time. */
export function recent(at, now) {
  return Math.abs(now - new Date(at).getTime()) < 43_200_000 ? clock(at) : moment(at);
}

export function ago(at, now) {
  return at ? `${duration((now - new Date(at).getTime()) / 1000)} ago` : "–";
}
