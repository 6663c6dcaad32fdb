// Moves and scales the map: wheel, drag, two fingers, keys. The view is { x, y, scale }: screen = world * scale + (x, y).

const least = 0.02, most = 3;

export class PanZoom {
  view = { x: 0, y: 0, scale: 1 };
  touched = false; // by the reader: from then on the map does not fit itself
  #element;
  #changed;
  #pointers = new Map();
  #moved = 0;

  constructor(element, changed) {
    this.#element = element;
    this.#changed = changed;
    element.addEventListener("wheel", event => this.#wheel(event), { passive: false });
    element.addEventListener("pointerdown", event => this.#down(event));
    element.addEventListener("pointermove", event => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, event => this.#up(event));
    // A drag that ends on a link must not open it.
    element.addEventListener("click", event => {
      if (this.#moved > 6) event.preventDefault();
    }, true);
    element.addEventListener("dragstart", event => event.preventDefault());
  }

  /** Shows the whole of a world of this size. */
  fit(width, height) {
    const { clientWidth, clientHeight } = this.#element;
    const scale = bounded(Math.min(clientWidth / width, clientHeight / height, 1.2));
    this.view = { scale, x: (clientWidth - width * scale) / 2, y: Math.max(0, (clientHeight - height * scale) / 2) };
    this.#changed();
  }

  /** Shows the top of a part of the world in its full width. */
  show(x, y, width) {
    const room = this.#element.clientWidth, scale = bounded(Math.min(1, room / (width + 40)));
    this.view = { scale, x: (room - width * scale) / 2 - x * scale, y: 20 - y * scale };
    this.touched = true;
    this.#changed();
  }

  zoom(factor, x = this.#element.clientWidth / 2, y = this.#element.clientHeight / 2) {
    const { view } = this, scale = bounded(view.scale * factor), ratio = scale / view.scale;
    this.view = { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
    this.touched = true;
    this.#changed();
  }

  pan(x, y) {
    this.view = { ...this.view, x: this.view.x + x, y: this.view.y + y };
    this.touched = true;
    this.#changed();
  }

  /** Moves as little as needed to have a rectangle of the world in sight. */
  reveal(x, y, width, height) {
    const { scale } = this.view, edge = 20;
    const shift = (from, extent, offset, room) => {
      const low = from * scale + offset, high = (from + extent) * scale + offset;
      return low < edge ? edge - low : high > room - edge ? room - edge - high : 0;
    };
    const right = shift(x, width, this.view.x, this.#element.clientWidth);
    const down = shift(y, height, this.view.y, this.#element.clientHeight);
    if (right || down) this.pan(right, down);
  }

  #wheel(event) {
    event.preventDefault();
    const area = this.#element.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 20 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * 0.0015), event.clientX - area.left, event.clientY - area.top);
  }

  #down(event) {
    if (event.button !== 0) return;
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  #move(event) {
    const last = this.#pointers.get(event.pointerId);
    if (!last) return;
    const next = [event.clientX, event.clientY];
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, next);
    this.#moved += Math.abs(next[0] - last[0]) + Math.abs(next[1] - last[1]);
    if (this.#moved > 6) this.#element.setPointerCapture(event.pointerId);
    if (other) {
      const area = this.#element.getBoundingClientRect();
      const before = Math.hypot(last[0] - other[0], last[1] - other[1]), after = Math.hypot(next[0] - other[0], next[1] - other[1]);
      if (before > 0) this.zoom(after / before, (next[0] + other[0]) / 2 - area.left, (next[1] + other[1]) / 2 - area.top);
    } else {
      this.pan(next[0] - last[0], next[1] - last[1]);
    }
  }

  #up(event) {
    this.#pointers.delete(event.pointerId);
  }
}

const bounded = scale => Math.max(least, Math.min(most, scale));
