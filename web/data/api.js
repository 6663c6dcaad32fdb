// Requests to the node. Paths are relative, so that the page works below a path of a reverse proxy.

import { ask_for_token, authorization, token } from "./token.js";

export class ApiError extends Error {
  constructor(status, text) {
    super(text);
    this.status = status; // 0: no answer
  }
}

/** The answer to a request; asks for the token when the node wants another one. Throws ApiError without an answer. */
export async function request(path, options = {}) {
  for (;;) {
    const sent = token();
    let answer;
    try {
      answer = await fetch(new URL(path, document.baseURI), {
        cache: "no-store", ...options, headers: { ...authorization(), ...options.headers } });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, "The node does not answer. Check that it runs and that this machine can reach it.");
    }
    if (answer.status !== 401) return answer;
    await answer.body?.cancel();
    await ask_for_token(sent);
  }
}

/** The answer's JSON and status, also of an error status with a body of its own. */
export async function get_any(path, options) {
  const answer = await request(path, options);
  let body = null;
  try {
    body = await answer.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(answer.status, `The node sent an answer that is not JSON (status ${answer.status}).`);
  }
  return { status: answer.status, body };
}

/** The answer's JSON; throws ApiError with the node's own sentence for any other status than 2xx. */
export async function get(path, options) {
  const { status, body } = await get_any(path, options);
  if (status < 200 || status > 299)
    throw new ApiError(status, body?.error ?? `The node answered with status ${status}.`);
  return body;
}

/** "api/v1/volumes?host=a": empty values are left out. */
export function path(name, query = {}) {
  const kept = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== "" && value !== null && value !== undefined && value !== false) kept.set(key, value);
  return `api/v1/${name}${kept.size ? "?" + kept : ""}`;
}

/** Follows the cursors: yields each page's items, `more` (whether there are), and the first page's `total`, until the end or `bound` items. */
export async function* pages(name, query, first_limit, bound, options) {
  let cursor = "", seen = 0;
  do {
    const page = await get(path(name, { ...query, limit: seen ? 1000 : first_limit, cursor, count: seen === 0 && query.count }), options);
    seen += page.items.length;
    cursor = page.next ?? "";
    yield { items: page.items, more: cursor !== "", total: page.total };
  } while (cursor !== "" && seen < bound);
}
