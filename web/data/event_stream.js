// Server-Sent Events from a fetch. EventSource can't send the token as a header.

/** Splits text that arrives in any pieces into events: { id, event, data }; data is null for an id alone. */
export class EventParser {
  #rest = "";
  #event = { id: null, event: "message", data: [] };

  push(text) {
    const events = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        const { id, event, data } = this.#event;
        if (data.length || id !== null) events.push({ id, event, data: data.length ? data.join("\n") : null });
        this.#event = { id: null, event: "message", data: [] };
      } else if (!line.startsWith(":")) this.#field(line);
    }
    return events;
  }

  #field(line) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#event.data.push(value);
    else if (name === "event" || name === "id") this.#event[name] = value;
  }
}

/** Reads a response to its end and passes on each event. `alive` is called for every piece, comments included. */
export async function read_events(response, handle, alive) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    parser.push(value).forEach(handle);
  }
}
