// Addresses of views: #/volumes/HOST/NAME?key=value.

/** { view, parts, query } of location.hash. */
export function parse_route(hash) {
  const text = hash.replace(/^#\/?/, "");
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  const parts = path.split("/").filter(x => x !== "").map(decoded);
  return { view: parts[0] ?? "overview", parts: parts.slice(1), query: new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1)) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that encodes nothing: somebody typed the address
  }
}

/** The address of a view. Values of `query` that are empty are left out. */
export function address(view, parts = [], query = {}) {
  const kept = new URLSearchParams();
  for (const [key, value] of query instanceof URLSearchParams ? query : Object.entries(query))
    if (value !== "" && value !== null && value !== undefined && value !== false) kept.set(key, value);
  const path = [view, ...parts].map(encodeURIComponent).join("/");
  return `#/${path}${kept.size ? "?" + kept : ""}`;
}

export function current_route() {
  return parse_route(location.hash);
}

/** What links carry on from view to view: the host and the moment that the reader has chosen. */
export function carried() {
  const query = current_route().query;
  return { host: query.get("host"), at: query.get("at") };
}

export function volume_address(host, id) {
  return address("volumes", [host, id], { at: carried().at });
}

export function container_address(host, id) {
  return address("containers", [host, id], { at: carried().at });
}

/** Changes the query of the present address without a new entry in the browser's history. */
export function change_query(changes) {
  const route = current_route();
  for (const [key, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined || value === false) route.query.delete(key);
    else route.query.set(key, value);
  }
  const next = address(route.view, route.parts, route.query);
  if (next === location.hash) return;
  history.replaceState(history.state, "", next);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
